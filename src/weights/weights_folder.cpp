#include "weights/weights_folder.hpp"

#include "core/environment.hpp"

namespace graft {

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
