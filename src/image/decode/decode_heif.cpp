/// @file
/// HEIC, the photographs of iPhones, through libheif, which turns and crops them as the file says. Where libheif was
/// not found at build time this file is left out. (libde265, which it calls, prints what is wrong with damaged files.)
#include <libheif/heif.h>

#include <cstring>
#include <memory>
#include <opencv2/core.hpp>
#include <string>

#include "graft/core/errors.hpp"
#include "image/decode/decoder.hpp"
#include "image/decode/rgb.hpp"
#include "image/decode/signatures.hpp"

namespace graft {
namespace {

template <class Type, auto free_it>
struct Free {
    void operator()(Type* object) const { free_it(object); }
};
template <class Type, auto free_it>
using Owned = std::unique_ptr<Type, Free<Type, free_it>>;
using Context = Owned<heif_context, heif_context_free>;
using Handle = Owned<heif_image_handle, heif_image_handle_release>;
using DecodingOptions = Owned<heif_decoding_options, heif_decoding_options_free>;
using HeifImage = Owned<const heif_image, heif_image_release>;

void require(const heif_error& error) {
    if (error.code != heif_error_Ok) throw DataError(std::string("damaged or unsupported HEIC: ") + error.message);
}

cv::Mat read_pixels(const heif_image_handle& handle, cv::Size size, bool has_alpha) {
    const DecodingOptions options(heif_decoding_options_alloc());
    options->convert_hdr_to_8bit = 1;
    heif_image* decoded = nullptr;
    require(heif_decode_image(&handle, &decoded, heif_colorspace_RGB,
                              has_alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB, options.get()));
    const HeifImage image(decoded);
    int row_bytes = 0;
    const std::uint8_t* rows = heif_image_get_plane_readonly(image.get(), heif_channel_interleaved, &row_bytes);
    if (rows == nullptr || heif_image_get_primary_width(image.get()) != size.width ||
        heif_image_get_primary_height(image.get()) != size.height)
        throw DataError("damaged HEIC: its picture has another size than it says");
    cv::Mat pixels(size, has_alpha ? CV_8UC4 : CV_8UC3);
    for (int y = 0; y < size.height; ++y)
        std::memcpy(pixels.ptr(y), rows + std::ptrdiff_t{row_bytes} * y, pixels.cols * pixels.elemSize());
    return pixels;
}

StoredPicture decode_heif(std::string_view bytes, const DecodeOptions& options) {
    const Context context(heif_context_alloc());
    heif_context_set_max_decoding_threads(context.get(), 0);  // on this one
    require(heif_context_read_from_memory_without_copy(context.get(), bytes.data(), bytes.size(), nullptr));
    heif_image_handle* primary = nullptr;
    require(heif_context_get_primary_image_handle(context.get(), &primary));
    const Handle handle(primary);
    const cv::Size size(heif_image_handle_get_width(primary), heif_image_handle_get_height(primary));
    const bool has_alpha = heif_image_handle_has_alpha_channel(primary) != 0;
    check_image_size(size.width, size.height, options, has_alpha ? 4 : 3);
    const cv::Mat pixels = read_pixels(*handle, size, has_alpha);
    return {.rgb = has_alpha ? rgb_over_white(pixels) : pixels};
}

}  // namespace

Decoder heif_decoder() {
    return {.name = "HEIC",
            .extensions = {".heic", ".heif", ".hif"},
            .codec = "libheif",
            .version = heif_get_version(),
            .recognises = is_heif,
            .decode = decode_heif};
}

}  // namespace graft
