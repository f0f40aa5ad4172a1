/// @file
/// Images and their labels from a list: a CSV or JSON Lines file with a row for each image.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/image_folder.hpp"
#include "data/list/list_options.hpp"
#include "data/part.hpp"

namespace graft {

/// What is asked of a list.
struct ListRequest {
    TargetKind kind = TargetKind::one_class;
    std::vector<std::string> classes;  ///< that labels are bound to by name, in their order; empty: those of the list
    ClassMismatch mismatch = ClassMismatch::fail;  ///< of labels that are none of them
    OnBadImage missing_files = OnBadImage::fail;   ///< skip: they are samples, and found to be bad later
    std::optional<PartKind> part;                  ///< whose rows alone are wanted
    bool may_lack_split_column = false;            ///< then all rows are wanted
    bool trains = false;  ///< labels that no image has are remarked on later, when it is known which images train
};

struct ListedImages {
    ImageFolder images;                ///< in the order of the list, whose file is the root
    std::vector<PartKind> parts;       ///< of each sample; empty without split_column
    std::vector<std::uint32_t> lines;  ///< of each sample, where its row begins
};

/// No image is opened; whether it is there is looked at. Rows that say the same of one image are one sample.
/// @throws DataError listing every wrong row with its line; when the list or its columns cannot be used
[[nodiscard]] ListedImages read_list(const std::filesystem::path& list, const ListOptions& options,
                                     const ListRequest& request, const ScanOptions& scan = {});

/// The same of a list that was read from its file already.
[[nodiscard]] ListedImages read_list_bytes(std::string_view bytes, const std::filesystem::path& list,
                                           const ListOptions& options, const ListRequest& request,
                                           const ScanOptions& scan = {});

/// The samples of one part.
[[nodiscard]] std::vector<Sample> take_part(ListedImages& listed, PartKind part);

/// A path of a list, to predict: as it is written, and its file.
struct ListedPath {
    std::string written, file;
};
struct ListedPathList {
    std::vector<ListedPath> paths;
    Remarks remarks;
};
/// The paths alone, every row's, whether there is such a file or not.
/// @param part whose rows alone are wanted, where the list has the split_column
/// @throws DataError as above
[[nodiscard]] ListedPathList read_list_paths(const std::filesystem::path& list, const ListOptions& options,
                                             const ScanOptions& scan = {}, std::optional<PartKind> part = {});

}  // namespace graft
