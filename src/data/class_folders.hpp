/// @file
/// Which folders stand for which classes, and what to say of a folder that has none.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "data/folder_walk.hpp"

namespace graft {

/// A class and the folders that are called like it: several where their names differ in their Unicode form alone.
struct ClassFolder {
    std::string name;                  ///< as escaped() writes the composed() name
    std::vector<std::string> folders;  ///< as the file system has them
};

/// What lies in the root of a data set.
struct ClassRoot {
    std::vector<ClassFolder> classes;   ///< sorted by name
    PassedOver loose_images;            ///< beside the class folders: of no class
    std::vector<std::string> warnings;  ///< folders that are another one's link
};

/// @throws DataError when the folder cannot be read, or a link to nowhere or to the folder itself lies beside the class
///         folders
[[nodiscard]] ClassRoot find_class_folders(FolderWalk& walk);

/// The classes of a root, by name.
[[nodiscard]] std::vector<std::string> names_of(std::span<const ClassFolder> classes);

/// Refuses a folder whose sub-folders are the parts of a data set. `known`: classes that may be called like that.
void expect_no_parts(const FolderWalk& walk, const ClassRoot& found, std::span<const std::string> known);

/// Why a folder cannot be trained on: too few class folders, and what is there instead.
[[noreturn]] void fail_on_too_few_classes(FolderWalk& walk, const ClassRoot& found);

/// Why a folder cannot be tested on: no class folders.
[[noreturn]] void fail_on_no_class_folders(const FolderWalk& walk, const ClassRoot& found);

/// The classes that are missing and unknown, and what to do about it.
void fail_on_mismatch(const FolderWalk& walk, std::span<const std::string> missing,
                      std::span<const std::string> unknown);

}  // namespace graft
