/// @file
/// Pictures from the bytes of image files, recognised by content. What is damaged is an error, never a picture with
/// grey stripes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "image/preprocessing.hpp"

namespace graft {

/// Room for photographs of 108 megapixels: 384 MB a picture, and each worker decodes one at a time.
constexpr std::int64_t kDefaultMaxPixels = 128'000'000;

struct DecodeOptions {
    /// Width times height, checked in the header before anything is decoded. A pixel that a decoder holds in more than
    /// three bytes counts for more.
    std::int64_t max_pixels = kDefaultMaxPixels;
    /// What the picture will be resized to. With its `reduced_decode` a JPEG comes at half its size where that is
    /// enough (may_be_halved); without, or for nothing, pictures come as they are.
    std::optional<Preprocessing> input = {};
};

struct Picture {
    cv::Mat rgb;       ///< [H,W] CV_8UC3, RGB, continuous, upright
    std::string note;  ///< what is odd about a file whose picture is whole all the same, its name first; mostly ""
};

/// The picture in `bytes`, turned upright by its EXIF or TIFF orientation, or where there is none by that of its XMP,
/// as Pillow's exif_transpose does it.
///
/// Pixels of a JPEG equal Pillow's (libjpeg-turbo, ISLOW, fancy upsampling). Grey becomes RGB; alpha is blended over
/// white; 16 bits become 8 by rounding v / 257 (Pillow takes the high byte of colours and cuts grey off at 255); colour
/// profiles and gamma chunks are ignored.
///
/// Throws DataError `"<name>: <what is wrong>"`, also for whatever a codec throws. Nothing is printed. Thread-safe.
[[nodiscard]] Picture decode_picture(std::string_view bytes, const std::string& name,
                                     const DecodeOptions& options = {});

/// The same for callers that take pictures with a note like any other.
[[nodiscard]] cv::Mat decode_image(std::string_view bytes, const std::string& name, const DecodeOptions& options = {});

/// decode_image of a file's content; the name is the path. Throws DataError, also when the file cannot be read.
[[nodiscard]] cv::Mat decode_image_file(const std::filesystem::path& file, const DecodeOptions& options = {});

}  // namespace graft
