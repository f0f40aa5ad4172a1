/// @file
/// The first frame of a GIF, on its canvas, through giflib. What comes after that frame is not read, so a missing end
/// there is no error.
#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/decoder.hpp"
#include "image/decode/signatures.hpp"

namespace graft {
namespace {

[[noreturn]] void fail(int error) {
    const char* reason = GifErrorString(error);
    const bool ends_early = error == D_GIF_ERR_READ_FAILED || error == D_GIF_ERR_EOF_TOO_SOON;
    throw DataError(std::string(ends_early ? "truncated GIF: " : "damaged GIF: ") +
                    (reason != nullptr ? reason : "unknown error"));
}

void require(const GifFileType& gif, int status) {
    if (status != GIF_OK) fail(gif.Error);
}

/// giflib's reading function; `UserData` is what remains of the bytes.
int read_bytes(GifFileType* gif, GifByteType* target, int count) {
    auto& rest = *static_cast<std::string_view*>(gif->UserData);
    const std::size_t copied = std::min(rest.size(), static_cast<std::size_t>(count));
    std::memcpy(target, rest.data(), copied);
    rest.remove_prefix(copied);
    return static_cast<int>(copied);
}

struct CloseGif {
    void operator()(GifFileType* gif) const { DGifCloseFile(gif, nullptr); }
};
using Gif = std::unique_ptr<GifFileType, CloseGif>;

Gif open_gif(std::string_view& bytes) {
    int error = 0;
    Gif gif(DGifOpen(&bytes, read_bytes, &error));
    if (gif == nullptr) fail(error);
    return gif;
}

/// Reads an extension; returns the transparent colour if it is a graphics control block that names one, else `before`.
int read_extension(GifFileType& gif, int before) {
    int code = 0;
    GifByteType* block = nullptr;
    int transparent = before;
    require(gif, DGifGetExtension(&gif, &code, &block));
    while (block != nullptr) {
        GraphicsControlBlock control{};
        if (code == GRAPHICS_EXT_FUNC_CODE && DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
            transparent = control.TransparentColor;
        require(gif, DGifGetExtensionNext(&gif, &block));
    }
    return transparent;
}

/// Reads up to and with the description of the first frame; returns its transparent colour or -1.
int seek_first_frame(GifFileType& gif) {
    int transparent = NO_TRANSPARENT_COLOR;
    for (;;) {
        GifRecordType type = UNDEFINED_RECORD_TYPE;
        require(gif, DGifGetRecordType(&gif, &type));
        if (type == TERMINATE_RECORD_TYPE) throw DataError("damaged GIF: it holds no picture");
        if (type == IMAGE_DESC_RECORD_TYPE) {
            require(gif, DGifGetImageDesc(&gif));
            return transparent;
        }
        transparent = read_extension(gif, transparent);
    }
}

/// The rows of a frame in the order in which they are stored.
std::vector<int> stored_rows(int height, bool interlaced) {
    struct Pass {
        int first, step;
    };
    static constexpr std::array<Pass, 4> kInterlaced = {{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
    std::vector<int> rows;
    for (const auto& [first, step] : kInterlaced)
        for (int row = first; interlaced && row < height; row += step) rows.push_back(row);
    for (int row = 0; !interlaced && row < height; ++row) rows.push_back(row);
    return rows;
}

void read_frame(GifFileType& gif, int transparent, cv::Mat& canvas) {
    const GifImageDesc& frame = gif.Image;
    const ColorMapObject* colors = frame.ColorMap != nullptr ? frame.ColorMap : gif.SColorMap;
    if (colors == nullptr) throw DataError("damaged GIF: it has no colour table");
    std::vector<GifPixelType> line(static_cast<std::size_t>(frame.Width));
    for (const int row : stored_rows(frame.Height, frame.Interlace)) {
        require(gif, DGifGetLine(&gif, line.data(), frame.Width));
        auto* pixel = canvas.ptr<cv::Vec3b>(frame.Top + row) + frame.Left;
        for (const GifPixelType index : line) {
            if (index != transparent) {
                if (index >= colors->ColorCount) throw DataError("damaged GIF: a colour is not in its colour table");
                const GifColorType& color = colors->Colors[index];
                *pixel = {color.Red, color.Green, color.Blue};
            }
            ++pixel;
        }
    }
}

StoredPicture decode_gif(std::string_view bytes, const DecodeOptions& options) {
    const Gif gif = open_gif(bytes);
    const int transparent = seek_first_frame(*gif);
    const GifImageDesc& frame = gif->Image;
    check_image_size(frame.Width, frame.Height, options);
    // A frame that is larger than the screen widens it, as in Pillow and in browsers.
    const cv::Size size(std::max(gif->SWidth, frame.Left + frame.Width),
                        std::max(gif->SHeight, frame.Top + frame.Height));
    check_image_size(size.width, size.height, options);
    StoredPicture image{.rgb = cv::Mat(size, CV_8UC3, cv::Scalar::all(255))};
    read_frame(*gif, transparent, image.rgb);
    return image;
}

}  // namespace

Decoder gif_decoder() {
    return {
        .name = "GIF",
        .extensions = {".gif"},
        .codec = "giflib",
        .version = format_text("{}.{}.{}", GIFLIB_MAJOR, GIFLIB_MINOR, GIFLIB_RELEASE),
        .recognises = [](std::string_view bytes) { return has_at(bytes, 0, "GIF87a") || has_at(bytes, 0, "GIF89a"); },
        .decode = decode_gif};
}

}  // namespace graft
