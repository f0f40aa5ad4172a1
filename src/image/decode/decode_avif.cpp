/// @file
/// AVIF through libavif. Where it was not found at build time this file is left out. (dav1d, which it calls, prints
/// that a file is damaged; libavif 0.11 gives no way to keep it from that.)
#include <avif/avif.h>

#include <memory>
#include <opencv2/core.hpp>
#include <string>

#include "graft/core/errors.hpp"
#include "image/decode/decoder.hpp"
#include "image/decode/rgb.hpp"
#include "image/decode/signatures.hpp"

namespace graft {
namespace {

struct DestroyDecoder {
    void operator()(avifDecoder* decoder) const { avifDecoderDestroy(decoder); }
};

void require(avifResult result) {
    if (result != AVIF_RESULT_OK)
        throw DataError(std::string("damaged or unsupported AVIF: ") + avifResultToString(result));
}

/// As in EXIF. The file turns the picture anticlockwise, then mirrors it; Pillow takes it so too.
int orientation_of(const avifImage& image) {
    const bool turned = (image.transformFlags & AVIF_TRANSFORM_IROT) != 0;
    const int angle = turned ? image.irot.angle : 0;  // quarter turns
    if ((image.transformFlags & AVIF_TRANSFORM_IMIR) == 0) {
        constexpr int turned_by[] = {1, 8, 3, 6};
        return turned_by[angle];
    }
#if AVIF_VERSION_MAJOR >= 1
    const int left_right = image.imir.axis;
#else
    const int left_right = image.imir.mode;
#endif
    constexpr int mirrored[2][4] = {{4, 5, 2, 7}, {2, 7, 4, 5}};  // [left and right exchanged][quarter turns]
    return mirrored[left_right][angle];
}

cv::Mat read_pixels(const avifImage& image, bool has_alpha) {
    cv::Mat pixels(static_cast<int>(image.height), static_cast<int>(image.width), has_alpha ? CV_8UC4 : CV_8UC3);
    avifRGBImage rgb;
    avifRGBImageSetDefaults(&rgb, &image);
    rgb.format = has_alpha ? AVIF_RGB_FORMAT_RGBA : AVIF_RGB_FORMAT_RGB;
    rgb.depth = 8;
    rgb.pixels = pixels.data;
    rgb.rowBytes = static_cast<std::uint32_t>(pixels.step);
    require(avifImageYUVToRGB(&image, &rgb));
    return pixels;
}

StoredPicture decode_avif(std::string_view bytes, const DecodeOptions& options) {
    const std::unique_ptr<avifDecoder, DestroyDecoder> decoder(avifDecoderCreate());
    decoder->maxThreads = 1;
    decoder->strictFlags = AVIF_STRICT_DISABLED;  // sloppy writers are common, as Pillow knows
    require(avifDecoderSetIOMemory(decoder.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
    require(avifDecoderParse(decoder.get()));
    const bool has_alpha = decoder->alphaPresent != 0;
    check_image_size(decoder->image->width, decoder->image->height, options, has_alpha ? 4 : 3);
    if (decoder->imageCount > 1) throw DataError("an animated AVIF; allowed are still ones");
    require(avifDecoderNextImage(decoder.get()));
    const cv::Mat pixels = read_pixels(*decoder->image, has_alpha);
    return {.rgb = has_alpha ? rgb_over_white(pixels) : pixels, .orientation = orientation_of(*decoder->image)};
}

}  // namespace

Decoder avif_decoder() {
    return {.name = "AVIF",
            .extensions = {".avif"},
            .codec = "libavif",
            .version = avifVersion(),
            .recognises = is_avif,
            .decode = decode_avif};
}

}  // namespace graft
