#include "core/cache_folder.hpp"

#include <cstdlib>
#include <string_view>

namespace graft {
namespace {

std::filesystem::path variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

}  // namespace

std::filesystem::path cache_folder() {
    if (const auto folder = variable("GRAFT_CACHE"); !folder.empty()) return folder;
    if (const auto folder = variable("XDG_CACHE_HOME"); !folder.empty()) return folder / "graft";
    if (const auto home = variable("HOME"); !home.empty()) return home / ".cache" / "graft";
    return {};
}

}  // namespace graft
