/// @file
/// Where graft keeps what can be computed again.
#pragma once

#include <filesystem>

namespace graft {

/// GRAFT_CACHE, else XDG_CACHE_HOME/graft, else HOME/.cache/graft; empty when none of the three is set.
[[nodiscard]] std::filesystem::path cache_folder();

}  // namespace graft
