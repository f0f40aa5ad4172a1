/// @file
/// The first picture of a TIFF through libtiff itself: OpenCV asks it to carry on after errors, and so returns pictures
/// with black stripes for damaged files.
#include <tiffio.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "graft/core/errors.hpp"
#include "image/decode/decoders.hpp"
#include "image/decode/rgb.hpp"

namespace graft {
namespace {

/// Bytes that libtiff reads through the functions below, and the first complaint it had.
struct TiffSource {
    std::string_view bytes;
    toff_t position = 0;
    std::array<char, 256> error{};
};

tmsize_t read_bytes(thandle_t handle, void* target, tmsize_t count) {
    auto& source = *static_cast<TiffSource*>(handle);
    if (source.position >= source.bytes.size()) return 0;
    const std::string_view rest = source.bytes.substr(source.position, static_cast<std::size_t>(count));
    std::memcpy(target, rest.data(), rest.size());
    source.position += rest.size();
    return static_cast<tmsize_t>(rest.size());
}

tmsize_t write_nothing(thandle_t, void*, tmsize_t) { return 0; }

toff_t seek(thandle_t handle, toff_t offset, int whence) {
    auto& source = *static_cast<TiffSource*>(handle);
    const toff_t base = whence == SEEK_CUR ? source.position : whence == SEEK_END ? source.bytes.size() : 0;
    return source.position = base + offset;
}

int close_nothing(thandle_t) { return 0; }

toff_t size_of(thandle_t handle) { return static_cast<TiffSource*>(handle)->bytes.size(); }

int keep_first_error(TIFF*, void* user_data, const char*, const char* format, va_list arguments) {
    auto& error = static_cast<TiffSource*>(user_data)->error;
    if (error[0] == '\0') std::vsnprintf(error.data(), error.size(), format, arguments);
    return 1;  // handled: not printed
}

int ignore_warning(TIFF*, void*, const char*, const char*, va_list) { return 1; }

struct CloseTiff {
    void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
struct FreeOptions {
    void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
};
using Tiff = std::unique_ptr<TIFF, CloseTiff>;

[[noreturn]] void fail(const TiffSource& source, const char* otherwise) {
    throw DataError(std::string("damaged or unsupported TIFF: ") +
                    (source.error[0] != '\0' ? source.error.data() : otherwise));
}

Tiff open_tiff(TiffSource& source, const DecodeLimits& limits) {
    constexpr std::int64_t room_for_tables = 64 << 20, bytes_per_pixel = 8;
    const std::unique_ptr<TIFFOpenOptions, FreeOptions> options(TIFFOpenOptionsAlloc());
    TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), room_for_tables + bytes_per_pixel * limits.max_pixels);
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keep_first_error, &source);
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), ignore_warning, nullptr);
    Tiff tiff(TIFFClientOpenExt("image", "rm", &source, read_bytes, write_nothing, seek, close_nothing, size_of,
                                nullptr, nullptr, options.get()));
    if (tiff == nullptr) fail(source, "its header cannot be read");
    return tiff;
}

std::uint16_t short_tag(TIFF* tiff, std::uint32_t tag) {
    std::uint16_t value = 0;
    TIFFGetFieldDefaulted(tiff, tag, &value);
    return value;
}

void check_sample_type(TIFF* tiff) {
    const int format = short_tag(tiff, TIFFTAG_SAMPLEFORMAT), bits = short_tag(tiff, TIFFTAG_BITSPERSAMPLE);
    if (format == SAMPLEFORMAT_IEEEFP)
        throw DataError("a TIFF with floating-point pixels; allowed are integers of up to 16 bits");
    if (format == SAMPLEFORMAT_INT || format >= SAMPLEFORMAT_COMPLEXINT || bits > 16)
        throw DataError("a TIFF with " + std::to_string(bits) + "-bit signed, complex or large pixels; " +
                        "allowed are unsigned integers of up to 16 bits");
}

cv::Size read_size(TIFF* tiff, const DecodeLimits& limits) {
    std::uint32_t width = 0, height = 0;
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
    check_image_size(width, height, limits);
    return {static_cast<int>(width), static_cast<int>(height)};
}

/// Over white. libtiff has multiplied colours by their alpha, except in grey pictures that are not so stored.
cv::Mat blend(const std::vector<std::uint32_t>& abgr, cv::Size size, bool premultiplied) {
    cv::Mat rgb(size, CV_8UC3);
    auto* target = rgb.ptr<cv::Vec3b>();
    for (const std::uint32_t pixel : abgr) {
        const int alpha = static_cast<int>(TIFFGetA(pixel));
        const auto blended = [&](std::uint32_t color) {
            return premultiplied ? cv::saturate_cast<std::uint8_t>(static_cast<int>(color) + 255 - alpha)
                                 : over_white(static_cast<int>(color), alpha);
        };
        *target++ = {blended(TIFFGetR(pixel)), blended(TIFFGetG(pixel)), blended(TIFFGetB(pixel))};
    }
    return rgb;
}

cv::Mat read_rgb(TIFF* tiff, cv::Size size, const TiffSource& source) {
    std::array<char, 1024> reason{};
    TIFFRGBAImage image;
    constexpr int stop_on_error = 1;
    if (TIFFRGBAImageOK(tiff, reason.data()) == 0 ||
        TIFFRGBAImageBegin(&image, tiff, stop_on_error, reason.data()) == 0)
        fail(source, reason.data());
    const std::unique_ptr<TIFFRGBAImage, decltype(&TIFFRGBAImageEnd)> end(&image, TIFFRGBAImageEnd);

    image.req_orientation = image.orientation;  // as stored: libtiff would flip, but not transpose
    const bool is_grey = image.photometric == PHOTOMETRIC_MINISBLACK || image.photometric == PHOTOMETRIC_MINISWHITE;
    if (is_grey && image.alpha != 0 && image.bitspersample != 8)
        throw DataError("a grey TIFF with alpha of other than 8 bits is not supported");
    std::vector<std::uint32_t> abgr(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height));
    if (TIFFRGBAImageGet(&image, abgr.data(), image.width, image.height) == 0) fail(source, "its pixels are damaged");
    return blend(abgr, size, !(is_grey && image.alpha == EXTRASAMPLE_UNASSALPHA));
}

}  // namespace

DecodedImage decode_tiff(std::string_view bytes, const DecodeLimits& limits) {
    TiffSource source{.bytes = bytes};
    const Tiff tiff = open_tiff(source, limits);
    const cv::Size size = read_size(tiff.get(), limits);
    check_sample_type(tiff.get());
    const int orientation = short_tag(tiff.get(), TIFFTAG_ORIENTATION);
    return {.rgb = read_rgb(tiff.get(), size, source),
            .orientation = orientation >= 1 && orientation <= 8 ? orientation : 1};
}

}  // namespace graft
