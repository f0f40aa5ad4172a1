/// @file
/// The images that a place on a command line stands for: an image, a folder or a list.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/image_folder.hpp"
#include "data/list/list_options.hpp"
#include "data/part.hpp"

namespace graft {

/// Images and what rows call them.
struct NamedImages {
    std::vector<std::filesystem::path> files, names;
    Remarks remarks;
};

/// Images of which nothing need be known but where they are: a folder's, a list's. What does not exist stays, and is
/// found to be unreadable like a damaged image.
/// @param columns how lists are read
/// @param part whose rows of a list are wanted; nothing: all
void append_images(NamedImages& images, const std::string& place, const ListOptions& columns, const ScanOptions& scan,
                   std::optional<PartKind> part = {});

/// Which images of class folders or of a list are meant, and how they are read.
struct ImageChoice {
    ClassMismatch mismatch = ClassMismatch::fail;
    OnBadImage on_bad_image = OnBadImage::fail;
    ListOptions list;
    PartKind part = PartKind::test;      ///< of a list with a split_column
    bool part_is_asked_for = false;      ///< a list that does not say which rows are of it is refused
    bool may_lack_split_column = false;  ///< else: then all of its rows are meant
};

/// Images with what a model gives of them.
/// @param kind of what it gives, and `outputs`, the names
/// @throws DataError when they cannot be used
[[nodiscard]] ImageFolder labelled_images(const std::filesystem::path& place, TargetKind kind,
                                          const std::vector<std::string>& outputs, const ImageChoice& choice,
                                          const ScanOptions& scan);

}  // namespace graft
