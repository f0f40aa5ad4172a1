#include "core/cache_folder.hpp"

#include "core/environment.hpp"

namespace graft {

std::filesystem::path cache_folder() {
    if (const std::filesystem::path folder = environment("GRAFT_CACHE"); !folder.empty()) return folder;
    if (const std::filesystem::path folder = environment("XDG_CACHE_HOME"); !folder.empty()) return folder / "graft";
    if (const std::filesystem::path home = environment("HOME"); !home.empty()) return home / ".cache" / "graft";
    return {};
}

}  // namespace graft
