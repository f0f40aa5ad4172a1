#include "data/list/listed_paths.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "core/text.hpp"

namespace graft {
namespace {

/// Whether a path has steps that say nothing or lead upwards.
bool is_roundabout(const std::string& path) {
    return path.starts_with("./") || path.starts_with("../") || path.find("//") != std::string::npos ||
           path.find("/./") != std::string::npos || path.find("/../") != std::string::npos;
}

/// Why a file cannot be read as an image; "": it can.
std::string problem_of(const std::string& file, bool& missing) {
    struct stat state {};
    missing = ::stat(file.c_str(), &state) != 0;
    if (missing) return "there is no such file";
    if (S_ISDIR(state.st_mode)) return "is a folder";
    return S_ISREG(state.st_mode) ? "" : "is no regular file";
}

}  // namespace

std::filesystem::path base_of_paths(const std::filesystem::path& list, const ListOptions& options) {
    return options.root ? std::filesystem::path(*options.root) : list.parent_path();
}

ListedPaths::ListedPaths(const std::filesystem::path& base) : base_(base.string()) {
    while (base_.size() > 1 && base_.ends_with('/')) base_.pop_back();
}

ListedFile ListedPaths::at(const std::string& written) const {
    ListedFile found;
    const std::string below = base_ == "/" ? base_ : base_ + "/";
    found.name = is_roundabout(written) ? std::filesystem::path(written).lexically_normal().string() : written;
    if (found.name.starts_with('/')) {
        found.file = found.name;
        if (found.name.starts_with(below)) found.name.erase(0, below.size());
    } else {
        found.file = base_.empty() ? found.name : below + found.name;
    }
    found.problem = problem_of(found.file, found.missing);
    return found;
}

ListedFile ListedPaths::find(const std::string& written) {
    ListedFile found = at(written);
    if (!found.missing) return found;
    if (written.find("://") != std::string::npos) {
        found.name = written;
        found.problem = "is an address, and graft reads files: download the images first";
        found.missing = false;
        return found;
    }
    if (written.find('\\') == std::string::npos) return found;
    std::string turned = written;
    std::ranges::replace(turned, '\\', '/');
    if (ListedFile other = at(turned); !other.missing) return with_backslashes_.add(written), other;
    if (ListedFile other = at(unescaped(written)); !other.missing) return other;
    return found;
}

}  // namespace graft
