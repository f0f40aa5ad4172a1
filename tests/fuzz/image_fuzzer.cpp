/// @file
/// Image files of every format, decoded in full and at half size.
#include "graft/core/errors.hpp"
#include "image/decode/content.hpp"
#include "image/decode/decode.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    graft::Preprocessing input;
    input.height = input.width = 1;
    input.reduced_decode = true;
    (void)graft::recognise(bytes);
    for (const graft::DecodeOptions& options : {graft::DecodeOptions{.max_pixels = 1'000'000},
                                                graft::DecodeOptions{.max_pixels = 1'000'000, .input = input}}) {
        try {
            (void)graft::decode_picture(bytes, "fuzzed", options);
        } catch (const graft::DataError&) {  // refused, as it may be
        }
    }
    return 0;
}
