/// @file
/// Where graft keeps things outside of run folders, and the environment that says so.
#pragma once

#include <filesystem>
#include <string>

namespace graft {

/// The value of a variable of the environment; "" when it is empty or not set.
[[nodiscard]] std::string environment(const char* name);

/// A path as people write it where no shell has looked at it: `~` and `~name` at its beginning are home folders; a
/// folder that is called like that is "./~". Throws ConfigError for a user whom the system does not know, and for
/// `$NAME` at its beginning, which only a shell replaces.
[[nodiscard]] std::string expand_home(const std::string& path);

/// Whether `inner` is `outer` or lies in it, with links followed as far as either exists.
[[nodiscard]] bool lies_in(const std::filesystem::path& inner, const std::filesystem::path& outer);

/// Where graft keeps what can be computed again: GRAFT_CACHE, else XDG_CACHE_HOME/graft, else HOME/.cache/graft; empty
/// when none of the three is set.
[[nodiscard]] std::filesystem::path cache_folder();

/// Where pretrained weights lie: GRAFT_WEIGHTS, else `weights` in the current folder where there is such a folder (a
/// checkout's), else XDG_DATA_HOME/graft/weights, else HOME/.local/share/graft/weights, and `weights` when none of
/// these is set.
[[nodiscard]] std::filesystem::path weights_folder();

}  // namespace graft
