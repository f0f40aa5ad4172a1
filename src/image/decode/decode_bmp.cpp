/// @file
/// BMP of versions OS/2 1 to 5 with 1 to 32 bits a pixel, plain, in run lengths or with bit masks.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/bmp_run_lengths.hpp"
#include "image/decode/bytes.hpp"
#include "image/decode/decoder.hpp"
#include "image/decode/rgb.hpp"

namespace graft {
namespace {

enum Compression : std::uint32_t { kPlain = 0, kRunLengths8 = 1, kRunLengths4 = 2, kBitFields = 3 };

constexpr std::uint32_t kOs2Length = 12;
constexpr std::size_t kFileHeaderLength = 14;

struct BmpHeader {
    std::uint32_t length = 0;  // of the second header, which tells the version
    std::int64_t width = 0, height = 0;
    bool top_down = false;
    std::int64_t bits_per_pixel = 0;
    std::uint32_t compression = kPlain;
    std::uint32_t colors = 0;  // in the palette
    std::size_t pixels_at = 0;

    [[nodiscard]] bool has_run_lengths() const { return compression == kRunLengths8 || compression == kRunLengths4; }
    [[nodiscard]] std::int64_t row_bytes() const { return (width * bits_per_pixel + 31) / 32 * 4; }
    [[nodiscard]] std::size_t bytes_per_color() const { return length == kOs2Length ? 3 : 4; }
};

BmpHeader read_header(std::string_view bytes) {
    BmpHeader header{.length = little_u32(bytes, 14), .pixels_at = little_u32(bytes, 10)};
    if (header.length == kOs2Length) {
        header.width = little_u16(bytes, 18);
        header.height = little_u16(bytes, 20);
        header.bits_per_pixel = little_u16(bytes, 24);
    } else {
        const auto height = static_cast<std::int32_t>(little_u32(bytes, 22));
        header.width = static_cast<std::int32_t>(little_u32(bytes, 18));
        header.height = std::abs(std::int64_t{height});
        header.top_down = height < 0;
        header.bits_per_pixel = little_u16(bytes, 28);
        header.compression = little_u32(bytes, 30);
        header.colors = little_u32(bytes, 46);
    }
    if (header.bits_per_pixel <= 8 && header.colors == 0) header.colors = 1U << header.bits_per_pixel;
    if (header.bits_per_pixel > 8) header.colors = 0;  // a palette would be for screens of old
    return header;
}

void check_form(const BmpHeader& header) {
    if (header.compression > kBitFields)
        throw DataError(format_text("BMP compression {} is not supported", header.compression));
    static constexpr std::array<std::int64_t, 6> kBits = {1, 4, 8, 16, 24, 32};
    if (std::ranges::find(kBits, header.bits_per_pixel) == kBits.end())
        throw DataError(format_text("damaged BMP: {} bits per pixel", header.bits_per_pixel));
    const bool fits =
        header.compression == kPlain || (header.compression == kRunLengths8 && header.bits_per_pixel == 8) ||
        (header.compression == kRunLengths4 && header.bits_per_pixel == 4) ||
        (header.compression == kBitFields && (header.bits_per_pixel == 16 || header.bits_per_pixel == 32));
    if (!fits)
        throw DataError(format_text("damaged BMP: compression {} with {} bits per pixel", header.compression,
                                    header.bits_per_pixel));
    if (header.colors > 256) throw DataError(format_text("damaged BMP: {} colours", header.colors));
}

void check_length(const BmpHeader& header, std::string_view bytes) {
    const std::size_t tables = kFileHeaderLength + header.length + header.bytes_per_color() * header.colors;
    const std::int64_t pixel_bytes = header.has_run_lengths() ? 0 : header.row_bytes() * header.height;
    const std::size_t needed = std::max(tables, header.pixels_at + static_cast<std::size_t>(pixel_bytes));
    if (bytes.size() < needed) throw DataError(format_text("truncated BMP: {} of {} bytes", bytes.size(), needed));
}

/// 256 colours, black where the file has none.
std::vector<cv::Vec3b> read_palette(const BmpHeader& header, std::string_view bytes) {
    std::vector<cv::Vec3b> palette(256);
    for (std::uint32_t i = 0; i < header.colors; ++i) {
        const std::size_t at = kFileHeaderLength + header.length + header.bytes_per_color() * i;
        for (int channel = 0; channel < 3; ++channel)
            palette[i][channel] = static_cast<std::uint8_t>(byte_at(bytes, at + 2 - channel));
    }
    return palette;
}

/// Which bits of a pixel are a channel.
class Mask {
public:
    explicit Mask(std::uint32_t bits) : bits_(bits) {}
    [[nodiscard]] bool empty() const { return bits_ == 0; }
    /// The channel's value on the scale 0 to 255, rounded down as in Pillow.
    [[nodiscard]] std::uint8_t of(std::uint32_t pixel) const {
        if (empty()) return 0;
        const int shift = std::countr_zero(bits_);
        return static_cast<std::uint8_t>(std::uint64_t{(pixel & bits_) >> shift} * 255 / (bits_ >> shift));
    }

private:
    std::uint32_t bits_;
};

struct Masks {
    Mask red, green, blue, alpha;
};

Masks read_masks(const BmpHeader& header, std::string_view bytes) {
    constexpr std::uint32_t version_3_length = 56;  // the first with a mask for alpha
    constexpr std::size_t masks_at = kFileHeaderLength + 40;
    const auto mask = [&](std::size_t i) { return Mask(little_u32(bytes, masks_at + 4 * i)); };
    if (header.compression == kBitFields)
        return {mask(0), mask(1), mask(2), header.length >= version_3_length ? mask(3) : Mask(0)};
    if (header.bits_per_pixel == 16) return {Mask(0x7c00), Mask(0x3e0), Mask(0x1f), Mask(0)};
    return {Mask(0xff0000), Mask(0xff00), Mask(0xff), Mask(0)};
}

/// The stored row that is row `y` of the picture.
std::string_view row_of(const BmpHeader& header, std::string_view bytes, int y) {
    const std::int64_t stored = header.top_down ? y : header.height - 1 - y;
    return bytes.substr(header.pixels_at + static_cast<std::size_t>(stored * header.row_bytes()),
                        static_cast<std::size_t>(header.row_bytes()));
}

cv::Mat read_indexed(const BmpHeader& header, std::string_view bytes) {
    const std::vector<cv::Vec3b> palette = read_palette(header, bytes);
    const cv::Size size(static_cast<int>(header.width), static_cast<int>(header.height));
    cv::Mat rgb(size, CV_8UC3);
    const cv::Mat runs = header.has_run_lengths() ? expanded_run_lengths(bytes.substr(header.pixels_at), size,
                                                                         header.compression == kRunLengths4 ? 4 : 8)
                                                  : cv::Mat();
    const int bits = static_cast<int>(header.bits_per_pixel), per_byte = 8 / bits;
    for (int y = 0; y < rgb.rows; ++y) {
        auto* target = rgb.ptr<cv::Vec3b>(y);
        const std::string_view row = runs.empty() ? row_of(header, bytes, y) : std::string_view();
        for (int x = 0; x < rgb.cols; ++x) {
            const int shift = 8 - bits * (x % per_byte + 1);
            target[x] = palette[runs.empty()
                                    ? byte_at(row, static_cast<std::size_t>(x / per_byte)) >> shift & ((1U << bits) - 1)
                                    : runs.at<std::uint8_t>(y, x)];
        }
    }
    return rgb;
}

cv::Mat read_masked(const BmpHeader& header, std::string_view bytes) {
    const Masks masks = read_masks(header, bytes);
    cv::Mat rgba(static_cast<int>(header.height), static_cast<int>(header.width), CV_8UC4);
    int most_opaque = 0;
    for (int y = 0; y < rgba.rows; ++y) {
        const std::string_view row = row_of(header, bytes, y);
        auto* target = rgba.ptr<cv::Vec4b>(y);
        for (std::size_t x = 0; x < static_cast<std::size_t>(rgba.cols); ++x) {
            const std::uint32_t pixel = header.bits_per_pixel == 16 ? little_u16(row, 2 * x) : little_u32(row, 4 * x);
            target[x] = {masks.red.of(pixel), masks.green.of(pixel), masks.blue.of(pixel), masks.alpha.of(pixel)};
            most_opaque = std::max<int>(most_opaque, target[x][3]);
        }
    }
    if (most_opaque > 0) return rgb_over_white(rgba);
    cv::Mat rgb(rgba.size(), CV_8UC3);  // no alpha, or one that nobody has filled in
    cv::mixChannels({rgba}, {rgb}, {0, 0, 1, 1, 2, 2});
    return rgb;
}

cv::Mat read_bgr(const BmpHeader& header, std::string_view bytes) {
    cv::Mat rgb(static_cast<int>(header.height), static_cast<int>(header.width), CV_8UC3);
    for (int y = 0; y < rgb.rows; ++y) {
        const auto* source = reinterpret_cast<const std::uint8_t*>(row_of(header, bytes, y).data());
        auto* target = rgb.ptr<cv::Vec3b>(y);
        for (int x = 0; x < rgb.cols; ++x, source += 3) target[x] = {source[2], source[1], source[0]};
    }
    return rgb;
}

StoredPicture decode_bmp(std::string_view bytes, const DecodeOptions& options) {
    const BmpHeader header = read_header(bytes);
    const bool is_masked = header.bits_per_pixel == 16 || header.bits_per_pixel == 32;
    check_image_size(header.width, header.height, options, is_masked ? 4 : 3);
    check_form(header);
    check_length(header, bytes);
    if (is_masked) return {.rgb = read_masked(header, bytes)};
    return {.rgb = header.bits_per_pixel == 24 ? read_bgr(header, bytes) : read_indexed(header, bytes)};
}

/// "BM" alone is too weak a sign: the length of the second header must be one of those that exist.
bool is_bmp(std::string_view bytes) {
    if (!bytes.starts_with("BM") || bytes.size() < 18) return false;
    static constexpr std::array<std::uint32_t, 7> kHeaderLengths = {kOs2Length, 40, 52, 56, 64, 108, 124};
    return std::ranges::find(kHeaderLengths, little_u32(bytes, 14)) != kHeaderLengths.end();
}

}  // namespace

Decoder bmp_decoder() {
    return {.name = "BMP", .extensions = {".bmp", ".dib"}, .recognises = is_bmp, .decode = decode_bmp};
}

}  // namespace graft
