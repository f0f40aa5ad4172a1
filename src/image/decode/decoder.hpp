/// @file
/// The formats that graft reads. One file each, decode_<format>.cpp, and one line each in builtin_decoders.inc; those
/// whose library is optional are there when it was found at build time (cmake/Dependencies.cmake).
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/registry.hpp"
#include "image/decode/decode.hpp"

namespace graft {

/// A picture as it is stored, before it is turned upright.
struct StoredPicture {
    cv::Mat rgb;            ///< [H,W] CV_8UC3, RGB, continuous
    int orientation = 1;    ///< 1..8 as in EXIF
    std::string note = {};  ///< what is odd about the file; the picture is whole
};

/// A format. Its decode function checks the size in the header before it allocates, and throws DataError `"<what is
/// wrong>"`, to which decode_picture adds the name of the file.
struct Decoder {
    std::string name;                     ///< "JPEG"
    std::vector<std::string> extensions;  ///< usual ones, in lower case: ".jpg"; nothing depends on them
    std::string codec, version;           ///< that decodes it; "" where graft does
    bool (*recognises)(std::string_view bytes) = nullptr;  ///< by the first bytes
    StoredPicture (*decode)(std::string_view bytes, const DecodeOptions& options) = nullptr;
};

#define GRAFT_DECODER(format) [[nodiscard]] Decoder format##_decoder();
#include "image/decode/builtin_decoders.inc"
#undef GRAFT_DECODER

[[nodiscard]] const Registry<Decoder>& builtin_decoders();

/// The decoder for a file that begins with these bytes, or nullptr.
[[nodiscard]] const Decoder* decoder_for(std::string_view bytes);

/// Throws DataError when a side is not positive or the picture is above the limit.
/// @param bytes_per_pixel that the decoder holds; those above three count as more pixels
void check_image_size(std::int64_t width, std::int64_t height, const DecodeOptions& options,
                      std::int64_t bytes_per_pixel = 3);

}  // namespace graft
