#include "image/decode/decode.hpp"

#include <new>
#include <opencv2/core.hpp>

#include "core/files.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/content.hpp"
#include "image/decode/decoder.hpp"
#include "image/decode/orientation.hpp"

namespace graft {
namespace {

StoredPicture decode_stored(std::string_view bytes, const DecodeOptions& options) {
    if (bytes.empty()) throw DataError("empty file");
    if (const Decoder* decoder = decoder_for(bytes)) return decoder->decode(bytes, options);
    throw DataError(format_text("not an image that graft reads (found {}; allowed: {})", recognise(bytes).description,
                                joined(builtin_decoders().names())));
}

}  // namespace

const Registry<Decoder>& builtin_decoders() {
    static const Registry<Decoder> table{
#define GRAFT_DECODER(format) format##_decoder(),
#include "image/decode/builtin_decoders.inc"
#undef GRAFT_DECODER
    };
    return table;
}

const Decoder* decoder_for(std::string_view bytes) {
    for (const Decoder& decoder : builtin_decoders())
        if (decoder.recognises(bytes)) return &decoder;
    return nullptr;
}

void check_image_size(std::int64_t width, std::int64_t height, const DecodeOptions& options,
                      std::int64_t bytes_per_pixel) {
    if (width <= 0 || height <= 0) throw DataError(format_text("the header says {}x{} pixels", width, height));
    constexpr std::int64_t usual_bytes = 3;
    const bool counts_more = bytes_per_pixel > usual_bytes;
    const double pixels = static_cast<double>(width) * static_cast<double>(height);
    const double counted = counts_more ? pixels * static_cast<double>(bytes_per_pixel) / usual_bytes : pixels;
    if (counted <= static_cast<double>(options.max_pixels)) return;
    const std::string weight =
        counts_more ? format_text(" of {} bytes, which count as {:.0f} of 3", bytes_per_pixel, counted) : "";
    throw DataError(
        format_text("{}x{} = {:.0f} pixels{}; allowed are at most {} (/data/max_pixels or --max-pixels "
                    "raises it)",
                    width, height, pixels, weight, options.max_pixels));
}

Picture decode_picture(std::string_view bytes, const std::string& name, const DecodeOptions& options) {
    try {
        const StoredPicture stored = decode_stored(bytes, options);
        return {.rgb = turned_upright(stored.rgb, stored.orientation),
                .note = stored.note.empty() ? "" : name + ": " + stored.note};
    } catch (const DataError& error) {
        throw DataError(name + ": " + error.what());
    } catch (const cv::Exception& error) {
        throw DataError(name + ": cannot be decoded: " + error.err);
    } catch (const std::bad_alloc&) {
        throw DataError(name + ": not enough memory to decode it");
    }
}

cv::Mat decode_image(std::string_view bytes, const std::string& name, const DecodeOptions& options) {
    return decode_picture(bytes, name, options).rgb;
}

cv::Mat decode_image_file(const std::filesystem::path& file, const DecodeOptions& options) {
    return decode_image(read_file(file), shown(file.string()), options);
}

}  // namespace graft
