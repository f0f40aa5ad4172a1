/// @file
/// What a weights file is the weights of, and what the stages of a network give.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "image/preprocessing.hpp"
#include "network/architecture.hpp"
#include "network/load_state.hpp"

namespace graft {

/// How well the tensors of a file go into an architecture.
struct ArchitectureFit {
    std::string name;
    LoadReport report;
};

/// Every architecture of the table that takes at least one of the tensors by name and shape, the best first: complete
/// ones, then by tensors that fit less those that do not. Tensors "head.…", which graft's own exports have, count for
/// none.
[[nodiscard]] std::vector<ArchitectureFit> find_architectures(const StateDict& state,
                                                              const Registry<ArchitectureRow>& table);

/// How many classes the file's classifier tells apart; 0 when it has none.
[[nodiscard]] std::int64_t classes_of(const Architecture& architecture, const StateDict& state);

struct StageRow {
    std::string name;
    std::vector<std::int64_t> shape;  ///< of its output for one picture
    std::int64_t parameters = 0;
};

/// Runs one picture of zeros through the stages.
[[nodiscard]] std::vector<StageRow> describe_stages(const Architecture& architecture,
                                                    const Preprocessing& preprocessing);

}  // namespace graft
