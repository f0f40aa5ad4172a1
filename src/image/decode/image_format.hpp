/// @file
/// What bytes are, told by how they begin; a file's name is never asked.
#pragma once

#include <string>
#include <string_view>

namespace graft {

enum class ImageFormat { none, jpeg, png, bmp, webp, tiff, gif };

[[nodiscard]] ImageFormat image_format(std::string_view bytes);

/// What a file that is none of these seems to be, for an error message: "HTML text", "a PDF file", "bytes 00 01 02 03".
[[nodiscard]] std::string describe_other_content(std::string_view bytes);

}  // namespace graft
