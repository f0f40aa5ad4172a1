/// @file
/// The callbacks that a config can name. One file each in train/callbacks/, one line each in
/// train/callbacks/builtin_callbacks.inc.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "config/fields.hpp"
#include "config/plugin.hpp"
#include "core/registry.hpp"
#include "graft/train/callback.hpp"
#include "record/metric.hpp"

namespace graft {

/// What a callback learns about the run when it is built.
struct CallbackContext {
    std::filesystem::path run_folder;              ///< relative file names of options are relative to it
    std::vector<ProducedMetric> produced_metrics;  ///< those in EpochRecord::metrics, in that order
    std::string pointer;                           ///< where its options stand, for example "/callbacks/0"
};

using CallbackPlugin = Plugin<std::shared_ptr<Callback>, CallbackContext>;
using CallbackRow = PluginRow<std::shared_ptr<Callback>, CallbackContext>;

#define GRAFT_CALLBACK(name) [[nodiscard]] CallbackRow name##_row();
#include "train/callbacks/builtin_callbacks.inc"
#undef GRAFT_CALLBACK

/// graft's own callbacks.
[[nodiscard]] const Registry<CallbackRow>& builtin_callbacks();

}  // namespace graft
