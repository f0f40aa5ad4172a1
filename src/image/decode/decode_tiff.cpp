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

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/decoder.hpp"
#include "image/decode/orientation.hpp"
#include "image/decode/rgb.hpp"
#include "image/decode/signatures.hpp"

namespace graft {
namespace {

/// Bytes that libtiff reads through the functions below, and the first complaint it had.
struct TiffSource {
    std::string_view bytes;
    toff_t position = 0;
    std::array<char, 256> error{};
    bool made_up_lengths = false;  // of strips
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

/// One warning is an error here: where the lengths of the strips are missing or cannot be true, libtiff makes them up,
/// and fills rows with whatever else is in the file.
int on_warning(TIFF*, void* user_data, const char*, const char* format, va_list) {
    if (std::string_view(format).find("calculating from imagelength") != std::string_view::npos)
        static_cast<TiffSource*>(user_data)->made_up_lengths = true;
    return 1;
}

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

Tiff open_tiff(TiffSource& source, std::int64_t max_pixels) {
    constexpr std::int64_t room_for_tables = 64 << 20, bytes_per_pixel = 8;
    const std::unique_ptr<TIFFOpenOptions, FreeOptions> options(TIFFOpenOptionsAlloc());
    TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), room_for_tables + bytes_per_pixel * max_pixels);
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keep_first_error, &source);
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), on_warning, &source);
    Tiff tiff(TIFFClientOpenExt("image", "rmc", &source, read_bytes, write_nothing, seek, close_nothing, size_of,
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
        throw DataError(
            format_text("a TIFF with {}-bit signed, complex or large pixels; allowed are unsigned integers "
                        "of up to 16 bits",
                        bits));
}

/// libtiff gives rows whose strip is missing some pixels all the same.
void check_strips(TIFF* tiff, const TiffSource& source) {
    const std::uint32_t count = TIFFIsTiled(tiff) != 0 ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
    bool complete = !source.made_up_lengths;
    for (std::uint32_t i = 0; complete && i < count; ++i) complete = TIFFGetStrileByteCount(tiff, i) > 0;
    if (!complete) throw DataError("damaged TIFF: its strips hold fewer rows than it has");
}

cv::Size read_size(TIFF* tiff, const DecodeOptions& options) {
    std::uint32_t width = 0, height = 0;
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
    const std::int64_t stored_bytes =
        short_tag(tiff, TIFFTAG_SAMPLESPERPIXEL) * short_tag(tiff, TIFFTAG_BITSPERSAMPLE) / 8;
    check_image_size(width, height, options, std::max<std::int64_t>(sizeof(std::uint32_t), stored_bytes));
    return {static_cast<int>(width), static_cast<int>(height)};
}

int read_orientation(TIFF* tiff) {
    std::uint16_t orientation = 0;
    if (TIFFGetField(tiff, TIFFTAG_ORIENTATION, &orientation) != 0)
        return orientation >= 1 && orientation <= 8 ? orientation : 1;
    std::uint32_t length = 0;
    const char* xmp = nullptr;
    if (TIFFGetField(tiff, TIFFTAG_XMLPACKET, &length, &xmp) == 0) return 1;
    return xmp_orientation({xmp, length}).value_or(1);
}

/// What libtiff leaves in the fourth byte of a pixel.
enum class Alpha { none, premultiplied, straight };

/// An extra sample counts only where it is said to be alpha: libtiff takes any fourth sample for it, be it near
/// infrared. Colours come multiplied by their alpha, except in grey pictures that are not so stored.
Alpha alpha_of(TIFF* tiff, bool is_grey) {
    std::uint16_t count = 0;
    const std::uint16_t* meanings = nullptr;
    TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &count, &meanings);
    if (count == 0 || (meanings[0] != EXTRASAMPLE_ASSOCALPHA && meanings[0] != EXTRASAMPLE_UNASSALPHA))
        return Alpha::none;
    return is_grey && meanings[0] == EXTRASAMPLE_UNASSALPHA ? Alpha::straight : Alpha::premultiplied;
}

/// libtiff's raster over white.
cv::Mat blended(const std::vector<std::uint32_t>& raster, cv::Size size, Alpha kind) {
    cv::Mat rgb(size, CV_8UC3);
    auto* target = rgb.ptr<cv::Vec3b>();
    for (const std::uint32_t pixel : raster) {
        const int alpha = kind == Alpha::none ? 255 : static_cast<int>(TIFFGetA(pixel));
        const auto on_white = [&](std::uint32_t color) {
            return kind == Alpha::straight ? over_white(static_cast<int>(color), alpha)
                                           : cv::saturate_cast<std::uint8_t>(static_cast<int>(color) + 255 - alpha);
        };
        *target++ = {on_white(TIFFGetR(pixel)), on_white(TIFFGetG(pixel)), on_white(TIFFGetB(pixel))};
    }
    return rgb;
}

/// In the place of libtiff's function for rows of 16-bit grey, which takes the high byte, and in tiles at the right
/// edge loses half of a row's end.
void put_rounded_grey(TIFFRGBAImage* image, std::uint32_t* raster, std::uint32_t, std::uint32_t, std::uint32_t width,
                      std::uint32_t height, std::int32_t stored_skew, std::int32_t raster_skew, unsigned char* stored) {
    const bool white_is_zero = image->photometric == PHOTOMETRIC_MINISWHITE;
    const std::size_t stride = sizeof(std::uint16_t) * image->samplesperpixel;
    for (; height > 0; --height) {
        for (std::uint32_t x = 0; x < width; ++x, stored += stride) {
            std::uint16_t value = 0;
            std::memcpy(&value, stored, sizeof value);
            const std::uint32_t rounded = (value + 128U) / 257U;
            const std::uint32_t grey = white_is_zero ? 255 - rounded : rounded;
            *raster++ = 0xff000000U | grey << 16 | grey << 8 | grey;
        }
        raster += raster_skew;
        stored += static_cast<std::ptrdiff_t>(stride) * stored_skew;
    }
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
    const Alpha alpha = alpha_of(tiff, is_grey);
    if (is_grey && alpha != Alpha::none && image.bitspersample != 8)
        throw DataError("a grey TIFF with alpha of other than 8 bits is not supported");
    if (is_grey && image.bitspersample == 16 && image.isContig != 0) image.put.contig = put_rounded_grey;
    std::vector<std::uint32_t> raster(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height));
    if (TIFFRGBAImageGet(&image, raster.data(), image.width, image.height) == 0) fail(source, "its pixels are damaged");
    return blended(raster, size, alpha);
}

/// "4.5.0" of "LIBTIFF, Version 4.5.0" and a copyright.
std::string libtiff_version() {
    const std::string_view text = TIFFGetVersion();
    const std::size_t begin = std::min(text.find_first_of("0123456789"), text.size());
    return std::string(text.substr(begin, text.find_first_not_of("0123456789.", begin) - begin));
}

StoredPicture decode_tiff(std::string_view bytes, const DecodeOptions& options) {
    TiffSource source{.bytes = bytes};
    const Tiff tiff = open_tiff(source, options.max_pixels);
    const cv::Size size = read_size(tiff.get(), options);
    check_sample_type(tiff.get());
    check_strips(tiff.get(), source);
    return {.rgb = read_rgb(tiff.get(), size, source), .orientation = read_orientation(tiff.get())};
}

}  // namespace

Decoder tiff_decoder() {
    return {.name = "TIFF",
            .extensions = {".tif", ".tiff"},
            .codec = "libtiff",
            .version = libtiff_version(),
            .recognises = [](std::string_view bytes) { return is_tiff_structure(bytes) && !is_raw_image(bytes); },
            .decode = decode_tiff};
}

}  // namespace graft
