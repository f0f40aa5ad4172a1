/// @file
/// Image files made in memory for the tests of the decoder, and the metadata that OpenCV cannot write.
#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace graft::testing {

/// The bytes that hexadecimal digits stand for; spaces between bytes are ignored.
inline std::string from_hex(const std::string& digits) {
    std::istringstream text(digits);
    std::string bytes, word;
    while (text >> word)
        for (std::size_t i = 0; i + 1 < word.size(); i += 2)
            bytes += static_cast<char>(std::stoi(word.substr(i, 2), nullptr, 16));
    return bytes;
}

inline std::string little(std::uint32_t value, int count) {
    std::string bytes;
    for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> (8 * i));
    return bytes;
}

inline std::string big(std::uint32_t value, int count) {
    const std::string reversed = little(value, count);
    return {reversed.rbegin(), reversed.rend()};
}

/// What cv::imencode makes of an image in OpenCV's channel order; `extension` is ".png", ".jpg", ...
inline std::string encoded(const std::string& extension, const cv::Mat& image, const std::vector<int>& options = {}) {
    std::vector<unsigned char> bytes;
    cv::imencode(extension, image, bytes, options);
    return {bytes.begin(), bytes.end()};
}

/// [h,w] CV_8UC3 of noise in which no two neighbours are alike.
inline cv::Mat noise(int height, int width) {
    cv::Mat image(height, width, CV_8UC3);
    cv::RNG random(7);
    random.fill(image, cv::RNG::UNIFORM, 0, 256);
    return image;
}

/// An EXIF block (a TIFF structure without pixels) of one entry: the orientation.
inline std::string exif_block(int orientation) {
    return std::string("II*\0", 4) + little(8, 4) + little(1, 2) + little(0x112, 2) + little(3, 2) + little(1, 4) +
           little(static_cast<std::uint32_t>(orientation), 4) + little(0, 4);
}

inline std::string big_endian_exif_block(int orientation) {
    return std::string("MM\0*", 4) + big(8, 4) + big(1, 2) + big(0x112, 2) + big(3, 2) + big(1, 4) +
           big(static_cast<std::uint32_t>(orientation), 2) + big(0, 2) + big(0, 4);
}

/// A JPEG with an APP1 segment behind its first two bytes.
inline std::string jpeg_with_exif(const std::string& jpeg, const std::string& exif) {
    const std::string content = std::string("Exif\0\0", 6) + exif;
    return jpeg.substr(0, 2) + "\xff\xe1" + big(static_cast<std::uint32_t>(content.size() + 2), 2) + content +
           jpeg.substr(2);
}

/// The check sum of PNG (ISO 3309), bit by bit.
inline std::uint32_t crc32_of(std::string_view bytes) {
    std::uint32_t crc = 0xffffffffU;
    for (const unsigned char byte : bytes) {
        crc ^= byte;
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320U : 0U);
    }
    return ~crc;
}

/// A PNG with one more chunk behind its header.
inline std::string png_with_chunk(const std::string& png, const std::string& type, const std::string& content) {
    constexpr std::size_t behind_header = 8 + 25;
    const std::string chunk =
        big(static_cast<std::uint32_t>(content.size()), 4) + type + content + big(crc32_of(type + content), 4);
    return png.substr(0, behind_header) + chunk + png.substr(behind_header);
}

/// A lossless WebP of cv::imencode in the extended form, with EXIF of even length.
inline std::string webp_with_exif(const std::string& webp, const cv::Size& size, const std::string& exif) {
    constexpr std::uint32_t has_exif = 0x08;
    const std::string extended = "VP8X" + little(10, 4) + little(has_exif, 4) +
                                 little(static_cast<std::uint32_t>(size.width - 1), 3) +
                                 little(static_cast<std::uint32_t>(size.height - 1), 3);
    const std::string chunks =
        "WEBP" + extended + webp.substr(12) + "EXIF" + little(static_cast<std::uint32_t>(exif.size()), 4) + exif;
    return "RIFF" + little(static_cast<std::uint32_t>(chunks.size()), 4) + chunks;
}

/// One strip of uncompressed pixels. SHORT tags except where a value needs LONG.
struct TiffPicture {
    std::uint32_t width = 0, height = 0, bits = 8, samples = 1;
    std::uint32_t photometric = 1;  // 0 white is zero, 1 black is zero, 2 RGB
    std::uint32_t orientation = 1, sample_format = 1;
    std::uint32_t extra_samples = 0;  // 1 premultiplied alpha, 2 alpha
    std::string pixels;
};

inline std::string tiff_file(const TiffPicture& picture) {
    constexpr std::uint32_t short_type = 3, long_type = 4, pixels_at = 8;
    const auto pixel_bytes = static_cast<std::uint32_t>(picture.pixels.size());
    const std::uint32_t bits_at = pixels_at + pixel_bytes;  // an array of more than two shorts lies outside its entry
    const std::uint32_t directory_at = bits_at + 2 * picture.samples;
    std::string entries;
    const auto add = [&](std::uint32_t tag, std::uint32_t type, std::uint32_t values, std::uint32_t value) {
        entries += little(tag, 2) + little(type, 2) + little(values, 4) + little(value, 4);
    };
    add(256, long_type, 1, picture.width);
    add(257, long_type, 1, picture.height);
    add(258, short_type, picture.samples,
        picture.samples <= 2 ? picture.bits * (picture.samples == 2 ? 0x10001 : 1) : bits_at);
    add(259, short_type, 1, 1);
    add(262, short_type, 1, picture.photometric);
    add(273, long_type, 1, pixels_at);
    add(274, short_type, 1, picture.orientation);
    add(277, short_type, 1, picture.samples);
    add(278, long_type, 1, picture.height);
    add(279, long_type, 1, pixel_bytes);
    if (picture.extra_samples != 0) add(338, short_type, 1, picture.extra_samples);
    if (picture.sample_format != 1) add(339, short_type, 1, picture.sample_format);
    std::string bits;
    for (std::uint32_t i = 0; i < picture.samples; ++i) bits += little(picture.bits, 2);
    return std::string("II*\0", 4) + little(directory_at, 4) + picture.pixels + bits +
           little(static_cast<std::uint32_t>(entries.size() / 12), 2) + entries + little(0, 4);
}

/// The pixels of a continuous image.
inline std::string pixel_bytes(const cv::Mat& image) {
    return {reinterpret_cast<const char*>(image.data), image.total() * image.elemSize()};
}

/// A BMP of version 1; `behind_header` holds colour masks or a palette, `data` the padded rows, bottom up.
inline std::string bmp_file(std::uint32_t width, std::uint32_t height, std::uint32_t bits, std::uint32_t compression,
                            const std::string& behind_header, const std::string& data) {
    const auto offset = static_cast<std::uint32_t>(54 + behind_header.size());
    const auto length = static_cast<std::uint32_t>(data.size());
    return "BM" + little(offset + length, 4) + little(0, 4) + little(offset, 4) + little(40, 4) + little(width, 4) +
           little(height, 4) + little(1, 2) + little(bits, 2) + little(compression, 4) + little(length, 4) +
           little(2835, 4) + little(2835, 4) + little(0, 4) + little(0, 4) + behind_header + data;
}

}  // namespace graft::testing
