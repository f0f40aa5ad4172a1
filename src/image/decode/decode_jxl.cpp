/// @file
/// JPEG XL through libjxl, which turns pictures upright. Where it was not found at build time this file is left out.
/// (libjxl 0.7 as Debian builds it prints why it refuses a damaged file; nothing can keep it from that.)
#include <jxl/decode.h>

#include <memory>
#include <opencv2/core.hpp>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/decoder.hpp"
#include "image/decode/rgb.hpp"
#include "image/decode/signatures.hpp"

namespace graft {
namespace {

struct DestroyDecoder {
    void operator()(JxlDecoder* decoder) const { JxlDecoderDestroy(decoder); }
};

/// Allocates the pixels once their size is known.
cv::Mat prepare_pixels(JxlDecoder& decoder, const DecodeOptions& options) {
    JxlBasicInfo info;
    JxlDecoderGetBasicInfo(&decoder, &info);
    if (info.have_animation == JXL_TRUE) throw DataError("an animated JPEG XL; allowed are still ones");
    const bool has_alpha = info.alpha_bits > 0;
    check_image_size(info.xsize, info.ysize, options, has_alpha ? 4 : 3);
    return cv::Mat(static_cast<int>(info.ysize), static_cast<int>(info.xsize), has_alpha ? CV_8UC4 : CV_8UC3);
}

void give_pixels(JxlDecoder& decoder, cv::Mat& pixels) {
    const JxlPixelFormat format{static_cast<std::uint32_t>(pixels.channels()), JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
    if (JxlDecoderSetImageOutBuffer(&decoder, &format, pixels.data, pixels.total() * pixels.elemSize()) !=
        JXL_DEC_SUCCESS)
        throw DataError("unsupported JPEG XL: its pixels are not RGB or grey");
}

StoredPicture decode_jxl(std::string_view bytes, const DecodeOptions& options) {
    const std::unique_ptr<JxlDecoder, DestroyDecoder> decoder(JxlDecoderCreate(nullptr));
    JxlDecoderSubscribeEvents(decoder.get(), JXL_DEC_BASIC_INFO | JXL_DEC_FULL_IMAGE);
    // JxlDecoderCloseInput is left out: with it libjxl prints that input is missing.
    JxlDecoderSetInput(decoder.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    cv::Mat pixels;
    for (;;) switch (JxlDecoderProcessInput(decoder.get())) {
            case JXL_DEC_BASIC_INFO: pixels = prepare_pixels(*decoder, options); break;
            case JXL_DEC_NEED_IMAGE_OUT_BUFFER: give_pixels(*decoder, pixels); break;
            case JXL_DEC_FULL_IMAGE: return {.rgb = pixels.channels() == 4 ? rgb_over_white(pixels) : pixels};
            case JXL_DEC_NEED_MORE_INPUT: throw DataError("truncated JPEG XL: it ends before its picture does");
            default: throw DataError("damaged JPEG XL: its pixels cannot be decoded");
        }
}

}  // namespace

Decoder jxl_decoder() {
    return {.name = "JPEG XL",
            .extensions = {".jxl"},
            .codec = "libjxl",
            .version = format_text("{}.{}.{}", JxlDecoderVersion() / 1000000, JxlDecoderVersion() / 1000 % 1000,
                                   JxlDecoderVersion() % 1000),
            .recognises = is_jpeg_xl,
            .decode = decode_jxl};
}

}  // namespace graft
