/// @file
/// A folder of class folders, in an order that never depends on the file system.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "data/folder_walk.hpp"
#include "data/sample.hpp"
#include "graft/data/policies.hpp"

namespace graft {

struct ImageFolder {
    std::filesystem::path root;
    std::vector<std::string> classes;
    std::vector<Sample> samples;  ///< by class, then by name
    TargetKind targets = TargetKind::one_class;
    bool is_list = false;                      ///< the root is a list; the samples are in its order
    std::vector<std::string> unknown_classes;  ///< folders or labels left out under ClassMismatch::use_known
    Remarks remarks;                           ///< what people should know of the folder
};

/// A sentence for each class that was left out because no class of the training is called like it.
[[nodiscard]] std::vector<std::string> untrained_classes(const ImageFolder& folder);

/// Every sub-folder of `root` is a class; images lie in it at any depth, told by FolderWalk. Classes are called like
/// their folders, as escaped() writes composed() names: folders whose names differ in their Unicode form alone are one
/// class. Classes and files are sorted by name, byte by byte.
/// @throws DataError when the folder cannot be read, holds the parts of a data set (`train`, `test`), has fewer than
/// two
///         classes, a class without images, or a link to nowhere beside its class folders
[[nodiscard]] ImageFolder scan_image_folder(const std::filesystem::path& root, const ScanOptions& options = {});

/// The same with labels bound by name to `classes`, in their order. A class without images is remarked on.
/// @throws DataError under ClassMismatch::fail when the sets of names differ; always when no image is left
[[nodiscard]] ImageFolder scan_image_folder(const std::filesystem::path& root, std::span<const std::string> classes,
                                            ClassMismatch mismatch, const ScanOptions& options = {});

/// Images without classes.
struct ImageList {
    std::vector<Sample> samples;  ///< sorted by relative path; label 0
    Remarks remarks;
};

/// All image files in a folder at any depth. For prediction.
[[nodiscard]] ImageList find_images(const std::filesystem::path& root, const ScanOptions& options = {});
[[nodiscard]] inline std::vector<Sample> list_images(const std::filesystem::path& root) {
    return find_images(root).samples;
}

}  // namespace graft
