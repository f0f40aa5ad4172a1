#include "core/folders.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

/// The home folder of a user, "": of the one who runs this; "" where there is none.
std::string home_of(const std::string& user) {
    if (std::string home = environment("HOME"); user.empty() && !home.empty()) return home;
    const passwd* entry = user.empty() ? ::getpwuid(::getuid()) : ::getpwnam(user.c_str());
    return entry == nullptr || entry->pw_dir == nullptr ? "" : entry->pw_dir;
}

/// The folder that a variable names; files of services and containers set variables without a shell.
std::string folder_in(const char* variable) {
    try {
        return expand_home(environment(variable));
    } catch (const ConfigError& error) {
        throw ConfigError(format_text("{}: {}", variable, error.what()));
    }
}

}  // namespace

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::string expand_home(const std::string& path) {
    const bool variable = path.size() > 1 && path[0] == '$' &&
                          (std::isalpha(static_cast<unsigned char>(path[1])) != 0 || path[1] == '_' || path[1] == '{');
    if (variable)
        throw ConfigError(
            format_text("\"{}\": only a shell replaces {}: write the path in full, or begin it with ~ (a "
                        "folder that is called so: ./{})",
                        path, path.substr(0, path.find('/')), path));
    if (!path.starts_with('~')) return path;
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string user = path.substr(1, end - 1);
    const std::string home = home_of(user);
    if (home.empty())
        throw ConfigError(
            format_text("\"{}\": the system knows no home folder of {} (a folder that is called so: ./{})", path,
                        user.empty() ? "yours" : user, path));
    return home + path.substr(end);
}

bool lies_in(const std::filesystem::path& inner, const std::filesystem::path& outer) {
    std::error_code ignored;
    const auto whole = [&](const std::filesystem::path& path) {
        // Absolute first: a relative path that does not exist stays relative otherwise.
        std::filesystem::path found =
            std::filesystem::weakly_canonical(std::filesystem::absolute(path, ignored), ignored);
        if (!found.has_filename()) found = found.parent_path();  // "a/b/" that does not exist
        return found;
    };
    const std::filesystem::path relative = whole(inner).lexically_relative(whole(outer));
    return !relative.empty() && *relative.begin() != "..";
}

std::filesystem::path cache_folder() {
    if (const std::filesystem::path folder = folder_in("GRAFT_CACHE"); !folder.empty()) return folder;
    if (const std::filesystem::path folder = folder_in("XDG_CACHE_HOME"); !folder.empty()) return folder / "graft";
    if (const std::filesystem::path home = environment("HOME"); !home.empty()) return home / ".cache" / "graft";
    return {};
}

std::filesystem::path weights_folder() {
    if (const std::filesystem::path folder = folder_in("GRAFT_WEIGHTS"); !folder.empty()) return folder;
    std::error_code ignored;
    if (std::filesystem::is_directory("weights", ignored)) return "weights";
    if (const std::filesystem::path data = folder_in("XDG_DATA_HOME"); !data.empty()) return data / "graft" / "weights";
    if (const std::filesystem::path home = environment("HOME"); !home.empty())
        return home / ".local" / "share" / "graft" / "weights";
    return "weights";
}

}  // namespace graft
