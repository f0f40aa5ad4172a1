/// @file
/// The callbacks that a config can name. One file each in train/callbacks/, one line each in
/// train/callbacks/builtin_callbacks.inc.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields.hpp"
#include "config/json.hpp"
#include "core/registry.hpp"
#include "graft/train/callback.hpp"

namespace graft {

/// What a callback learns about the run when it is built.
struct CallbackContext {
    std::filesystem::path run_folder;           ///< relative file names of options are relative to it
    std::vector<std::string> produced_metrics;  ///< the names in EpochRecord::metrics, in that order
    std::string pointer;                        ///< where its options stand, for example "/callbacks/0"
};

/// The written options of a callback.
class CallbackSpec {
public:
    virtual ~CallbackSpec() = default;
    [[nodiscard]] virtual std::string_view name() const = 0;
    virtual void describe(Fields& fields) = 0;
    /// Throws ConfigError when the options do not fit the run.
    [[nodiscard]] virtual std::unique_ptr<Callback> build(const CallbackContext& context) const = 0;
};

struct CallbackRow {
    std::string name, summary;
    std::function<std::shared_ptr<CallbackSpec>()> make;
};

/// The callbacks that graft brings.
[[nodiscard]] const Registry<CallbackRow>& builtin_callbacks();

}  // namespace graft
