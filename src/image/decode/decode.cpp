#include "image/decode/decode.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <new>
#include <opencv2/core.hpp>

#include "core/files.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/decoders.hpp"
#include "image/decode/image_format.hpp"
#include "image/decode/orientation.hpp"

namespace graft {
namespace {

DecodedImage decode_by_content(std::string_view bytes, const DecodeLimits& limits) {
    switch (image_format(bytes)) {
        case ImageFormat::jpeg: return decode_jpeg(bytes, limits);
        case ImageFormat::png: return decode_png(bytes, limits);
        case ImageFormat::bmp: return decode_bmp(bytes, limits);
        case ImageFormat::webp: return decode_webp(bytes, limits);
        case ImageFormat::tiff: return decode_tiff(bytes, limits);
        case ImageFormat::gif: return decode_gif(bytes, limits);
        case ImageFormat::none: break;
    }
    throw DataError("not an image that graft reads (found " + describe_other_content(bytes) +
                    "; allowed: JPEG, PNG, BMP, WebP, TIFF, GIF)");
}

}  // namespace

cv::Mat decode_image(std::string_view bytes, const std::string& name, const DecodeLimits& limits) {
    try {
        if (bytes.empty()) throw DataError("empty file");
        const DecodedImage image = decode_by_content(bytes, limits);
        return turned_upright(image.rgb, image.orientation);
    } catch (const DataError& error) {
        throw DataError(name + ": " + error.what());
    } catch (const cv::Exception& error) {
        throw DataError(name + ": cannot be decoded: " + error.err);
    } catch (const std::bad_alloc&) {
        throw DataError(name + ": not enough memory to decode it");
    }
}

cv::Mat decode_image_file(const std::filesystem::path& file, const DecodeLimits& limits) {
    return decode_image(read_file(file), file.string(), limits);
}

bool has_image_extension(const std::filesystem::path& file) {
    static constexpr std::array<std::string_view, 8> kExtensions = {".jpg",  ".jpeg", ".png",  ".bmp",
                                                                    ".webp", ".tif",  ".tiff", ".gif"};
    std::string extension = file.extension().string();
    std::ranges::transform(extension, extension.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return std::ranges::find(kExtensions, extension) != kExtensions.end();
}

void check_image_size(std::int64_t width, std::int64_t height, const DecodeLimits& limits) {
    const std::string size = std::to_string(width) + "x" + std::to_string(height);
    if (width <= 0 || height <= 0) throw DataError("the header says " + size + " pixels");
    if (height > limits.max_pixels / width)
        throw DataError(size + " = " + std::to_string(width * height) + " pixels, allowed are at most " +
                        std::to_string(limits.max_pixels));
}

}  // namespace graft
