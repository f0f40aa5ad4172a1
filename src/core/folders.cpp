#include "core/folders.hpp"

#include <cstdlib>

namespace graft {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::filesystem::path cache_folder() {
    if (const std::filesystem::path folder = environment("GRAFT_CACHE"); !folder.empty()) return folder;
    if (const std::filesystem::path folder = environment("XDG_CACHE_HOME"); !folder.empty()) return folder / "graft";
    if (const std::filesystem::path home = environment("HOME"); !home.empty()) return home / ".cache" / "graft";
    return {};
}

std::filesystem::path weights_folder() {
    if (const std::filesystem::path folder = environment("GRAFT_WEIGHTS"); !folder.empty()) return folder;
    std::error_code ignored;
    if (std::filesystem::is_directory("weights", ignored)) return "weights";
    if (const std::filesystem::path data = environment("XDG_DATA_HOME"); !data.empty())
        return data / "graft" / "weights";
    if (const std::filesystem::path home = environment("HOME"); !home.empty())
        return home / ".local" / "share" / "graft" / "weights";
    return "weights";
}

}  // namespace graft
