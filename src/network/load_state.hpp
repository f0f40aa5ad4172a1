/// @file
/// Puts the tensors of a state dict into an architecture, by name, completely or not at all.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "network/architecture.hpp"
#include "network/name_match.hpp"
#include "network/state_dict.hpp"

namespace graft {

/// What a file may leave open, in patterns with `*` of tensors' names, as in the file or as in the architecture; and
/// which part of it is meant.
struct LoadOptions {
    std::vector<std::string> may_be_absent;  ///< the architecture's: they keep the values they were made with
    std::vector<std::string> may_be_unused;  ///< the file's: they are left out
    WeightsChoice choice;                    ///< for what reads the file
};

/// What became of every name. Shapes are written "[64,3,7,7]".
struct LoadReport {
    std::vector<std::string> loaded;
    std::vector<std::string> missing;     ///< the architecture needs it, the file does not have it
    std::vector<std::string> unexpected;  ///< the file has it, the architecture does not know it
    std::vector<std::string> mismatched;  ///< "name: [found shape], expected [shape]"
    std::vector<std::string> repeated;    ///< the file has one tensor by two of the names that are known
    std::vector<std::string> left_out;    ///< the classifier's, and batch norms' step counters: known and not needed
    std::vector<std::string> absent;      ///< missing, and allowed to be
    std::vector<std::string> unused;      ///< unexpected, and allowed to be
    NamePrefix prefix;                    ///< of the names that were taken
    std::vector<std::string> outside;     ///< names that do not begin with the prefix
    std::vector<std::string> remarks;     ///< on the file, as the architecture has them
    std::vector<std::string> heads;       ///< of self-supervised learning: unexpected, and no part of a backbone

    [[nodiscard]] bool complete() const {
        return missing.empty() && unexpected.empty() && mismatched.empty() && repeated.empty() && prefix.is_decided;
    }
};

/// A module's parameters, then its buffers, by name. The tensors are the module's own.
[[nodiscard]] std::vector<NamedTensor> named_tensors(const TorchModule& module);

/// The name of the first of them that holds a value which is not finite; nothing: all are.
[[nodiscard]] std::optional<std::string> first_not_finite(const TorchModule& module);

/// What loading would report. Nothing is copied.
[[nodiscard]] LoadReport compare_state(const Architecture& architecture, const StateDict& state,
                                       const LoadOptions& allowance = {});

/// Copies values into the parameters and buffers (converted to float32). A file may use any of the published names that
/// the architecture knows, or its own, and any prefix before all of them (find_prefix). Nothing is copied when the
/// report is not complete.
[[nodiscard]] LoadReport load_state(const Architecture& architecture, const StateDict& state,
                                    const LoadOptions& allowance = {});

/// What a person may want to know of a complete load: the prefix, and what was left out or drawn at random.
[[nodiscard]] std::vector<std::string> notes_on(const LoadReport& report);

/// The report of an incomplete load as an error message of several lines, at most ten names of each kind, and what can
/// be done about it.
[[nodiscard]] std::string explain(const LoadReport& report, const std::string& file, const std::string& architecture);

}  // namespace graft
