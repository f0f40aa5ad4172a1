/// @file
/// What callbacks write into the run folder: the options of a callback that are called `file` (a file, with
/// placeholders in braces) and `log_dir` (a folder) name it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "train/callback_table.hpp"

namespace graft {

/// Callbacks of a config.
struct CallbackList {
    std::string pointer;  ///< where they stand: "/callbacks"
    std::span<const CallbackPlugin> callbacks;
};

/// The files, as the config names them: "checkpoints/epoch-{epoch}.pt".
[[nodiscard]] std::vector<std::string> callback_files(std::span<const CallbackList> lists);

/// Whether it writes one.
[[nodiscard]] bool writes_files(const CallbackPlugin& callback);

/// What is wrong with the names, each with its pointer: one lies outside of the run folder, is a file of the run
/// itself, or is another callback's too.
[[nodiscard]] std::vector<std::string> check_callback_files(std::span<const CallbackList> lists);

}  // namespace graft
