/// @file
/// What files are, told by how they begin. This one rule says everywhere which files are images; names are asked only
/// where a file is not what its name promises.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace graft {

enum class ContentKind {
    image,        ///< in a format that this graft reads
    other_image,  ///< in one that it does not read: Photoshop, a camera's raw data, HEIC without libheif, …
    other,        ///< no image: text, an archive, a film, nothing at all
};

struct Content {
    ContentKind kind = ContentKind::other;
    std::string description;  ///< "JPEG", "a Photoshop file", "HTML text", "bytes 00 01 02 03"
};

/// So many bytes of a file's beginning are enough for `recognise`.
constexpr std::size_t kRecognisedBytes = 1024;

[[nodiscard]] Content recognise(std::string_view bytes);

/// The same for a file. Only regular files are opened. Throws DataError when it cannot be read.
[[nodiscard]] Content recognise_file(const std::filesystem::path& file);

/// Whether a file is named as files of the formats that graft reads are, in upper or lower case: such a file with other
/// content is a bad image rather than no image.
[[nodiscard]] bool has_image_extension(const std::filesystem::path& file);

}  // namespace graft
