/// @file
/// Where pretrained weights lie.
#pragma once

#include <filesystem>

namespace graft {

/// GRAFT_WEIGHTS, else `weights` in the current folder where there is such a folder (a checkout's), else
/// XDG_DATA_HOME/graft/weights, else HOME/.local/share/graft/weights, and `weights` when none of these is set.
[[nodiscard]] std::filesystem::path weights_folder();

}  // namespace graft
