/// @file
/// From a path in a list to a file.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "data/folder_walk.hpp"
#include "data/list/list_options.hpp"

namespace graft {

/// The file that a list names.
struct ListedFile {
    std::string file;  ///< where it lies
    std::string
        name;  ///< the same below the folder that paths are relative to; as it is written where it lies elsewhere
    std::string problem;  ///< why it cannot be used; "": nothing is known against it
    bool missing = false;
};

/// The folder that a list's paths are relative to.
[[nodiscard]] std::filesystem::path base_of_paths(const std::filesystem::path& list, const ListOptions& options);

/// Finds files. Paths are relative to one folder; absolute ones are taken as they are. A path that is no file as it is
/// written is tried with Windows' backslashes turned, then with what escaped() wrote turned back.
class ListedPaths {
public:
    explicit ListedPaths(const std::filesystem::path& base);

    [[nodiscard]] ListedFile find(const std::string& written);
    [[nodiscard]] const std::string& base() const { return base_; }
    [[nodiscard]] const PassedOver& with_backslashes() const { return with_backslashes_; }

private:
    [[nodiscard]] ListedFile at(const std::string& written) const;

    std::string base_;
    PassedOver with_backslashes_;
};

}  // namespace graft
