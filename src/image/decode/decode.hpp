/// @file
/// Pictures from bytes: JPEG, PNG, BMP, WebP, TIFF and the first frame of a GIF, recognised by content. What is damaged
/// is an error, never a picture with grey stripes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <opencv2/core/mat.hpp>
#include <string>
#include <string_view>

namespace graft {

struct DecodeLimits {
    std::int64_t max_pixels = 100'000'000;  ///< width times height, checked in the header before anything is decoded
};

/// The picture in `bytes`: [H,W] CV_8UC3, RGB, continuous, turned upright by its EXIF or TIFF orientation.
///
/// Pixels of a JPEG equal Pillow's (libjpeg-turbo, ISLOW, fancy upsampling). Grey becomes RGB; alpha is blended over
/// white; 16 bits become 8 by rounding v / 257 (grey TIFF: by the high byte, as libtiff does); colour profiles and
/// gamma chunks are ignored.
///
/// Throws DataError `"<name>: <what is wrong>"`, also for whatever a codec throws. A JPEG with warnings about its data
/// is damaged, except for stray bytes between its headers and at most two before a later marker (see decode_jpeg.cpp).
/// Thread-safe.
[[nodiscard]] cv::Mat decode_image(std::string_view bytes, const std::string& name, const DecodeLimits& limits = {});

/// decode_image of a file's content; the name is the path. Throws DataError, also when the file cannot be read.
[[nodiscard]] cv::Mat decode_image_file(const std::filesystem::path& file, const DecodeLimits& limits = {});

/// True for .jpg .jpeg .png .bmp .webp .tif .tiff .gif in upper or lower case. Says nothing about the content.
[[nodiscard]] bool has_image_extension(const std::filesystem::path& file);

}  // namespace graft
