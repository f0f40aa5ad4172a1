/// @file
/// How the formats begin that take more than a few fixed bytes to tell.
#pragma once

#include <string_view>

namespace graft {

[[nodiscard]] constexpr bool has_at(std::string_view bytes, std::size_t at, std::string_view magic) {
    return bytes.size() >= at + magic.size() && bytes.substr(at, magic.size()) == magic;
}

/// A TIFF structure, BigTIFF included; raw images of cameras are such structures too.
[[nodiscard]] bool is_tiff_structure(std::string_view bytes);
/// A TIFF structure whose first picture is a preview of what a camera's sensor saw, or one of its relatives.
[[nodiscard]] bool is_raw_image(std::string_view bytes);

/// Files of ISO's base media format with a still picture, by the brands they say they are (ISO/IEC 23008-12).
[[nodiscard]] bool is_avif(std::string_view bytes);
[[nodiscard]] bool is_heif(std::string_view bytes);

/// A JPEG XL codestream, bare or in its container (ISO/IEC 18181-2).
[[nodiscard]] bool is_jpeg_xl(std::string_view bytes);

}  // namespace graft
