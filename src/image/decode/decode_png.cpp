/// @file
/// PNG: its chunks are checked here; libpng gets those that make the picture, so that it has nothing to say of others.
#include <png.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/bytes.hpp"
#include "image/decode/decoder.hpp"
#include "image/decode/orientation.hpp"
#include "image/decode/rgb.hpp"

namespace graft {
namespace {

constexpr std::string_view kSignature = "\x89PNG\r\n\x1a\n";

struct Chunk {
    std::string_view type;  // four letters
    std::string_view content;
    std::string_view whole;  // with length, type and check sum
};

/// The chunk at `at`, with its check sum verified.
Chunk chunk_at(std::string_view bytes, std::size_t at) {
    const std::string_view rest = bytes.substr(at);
    if (rest.size() < 12 || big_u32(rest, 0) > rest.size() - 12)
        throw DataError("truncated PNG: it ends before its IEND chunk");
    const std::size_t length = big_u32(rest, 0);
    const std::string_view checked = rest.substr(4, 4 + length);
    const auto sum = crc32_z(0, reinterpret_cast<const Bytef*>(checked.data()), checked.size());
    if (sum != big_u32(rest, 8 + length))
        throw DataError(format_text("damaged PNG: wrong check sum of the chunk at byte {}", at));
    return {.type = checked.substr(0, 4), .content = checked.substr(4), .whole = rest.substr(0, 12 + length)};
}

/// What the chunks say.
struct PngChunks {
    std::string_view exif = {};  // content of eXIf
    std::string_view xmp = {};   // content of the iTXt that holds it; a compressed one is not read
    std::string essential;       // the file without the chunks that do not change the picture
};

PngChunks read_chunks(std::string_view bytes) {
    static constexpr std::array<std::string_view, 5> kEssential = {"IHDR", "PLTE", "tRNS", "IDAT", "IEND"};
    PngChunks png{.essential = std::string(kSignature)};
    for (std::size_t at = kSignature.size();;) {
        const Chunk chunk = chunk_at(bytes, at);
        if ((chunk.type == "IHDR") != (at == kSignature.size()))
            throw DataError("damaged PNG: IHDR is not at its start");
        if (chunk.type == "eXIf") png.exif = chunk.content;
        if (chunk.type == "iTXt" && chunk.content.starts_with("XML:com.adobe.xmp")) png.xmp = chunk.content;
        if (std::ranges::find(kEssential, chunk.type) != kEssential.end()) png.essential += chunk.whole;
        if (chunk.type == "IEND") return png;
        at += chunk.whole.size();
    }
}

/// libpng's reader of one PNG in memory. libpng leaves its functions by longjmp, so a member function that calls it has
/// nothing to destroy between setjmp and the call.
class PngReader {
public:
    explicit PngReader(std::string_view bytes) : rest_(bytes) {
        png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, [](png_structp, png_const_charp) {});
        info_ = png_ != nullptr ? png_create_info_struct(png_) : nullptr;
        if (info_ == nullptr) {
            png_destroy_read_struct(&png_, &info_, nullptr);
            throw std::bad_alloc();
        }
        png_set_read_fn(png_, this, read_bytes);
    }
    ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
    PngReader(const PngReader&) = delete;
    PngReader& operator=(const PngReader&) = delete;

    /// Everything becomes 8-bit RGB, or RGBA where something is transparent.
    void read_header() {
        if (setjmp(png_jmpbuf(png_)) != 0) fail();
        png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // the limit of pixels is graft's own
        png_read_info(png_, info_);
        png_set_expand(png_);
        png_set_scale_16(png_);  // rounds v / 257
        png_set_gray_to_rgb(png_);
        passes_ = png_set_interlace_handling(png_);
        png_read_update_info(png_, info_);
    }
    [[nodiscard]] std::int64_t width() const { return png_get_image_width(png_, info_); }
    [[nodiscard]] std::int64_t height() const { return png_get_image_height(png_, info_); }
    [[nodiscard]] bool has_alpha() const { return png_get_channels(png_, info_) == 4; }
    [[nodiscard]] bool is_interlaced() const { return passes_ > 1; }

    /// Fills `pixels`, whole pictures at a time.
    void read_all(cv::Mat& pixels) {
        if (setjmp(png_jmpbuf(png_)) != 0) fail();
        for (int pass = 0; pass < passes_; ++pass)
            for (int y = 0; y < pixels.rows; ++y) png_read_row(png_, pixels.ptr(y), nullptr);
        png_read_end(png_, nullptr);
    }
    /// Fills `rgb` from rows with alpha, through `row`, [1,W] CV_8UC4.
    void read_blended(cv::Mat& rgb, cv::Mat& row) {
        if (setjmp(png_jmpbuf(png_)) != 0) fail();
        for (int y = 0; y < rgb.rows; ++y) {
            png_read_row(png_, row.ptr(), nullptr);
            rgb_over_white(row.ptr<cv::Vec4b>(), rgb.ptr<cv::Vec3b>(y), rgb.cols);
        }
        png_read_end(png_, nullptr);
    }

private:
    [[noreturn]] static void on_error(png_structp png, png_const_charp message) {
        auto& reader = *static_cast<PngReader*>(png_get_error_ptr(png));
        std::snprintf(reader.message_.data(), reader.message_.size(), "%s", message);
        png_longjmp(png, 1);
    }
    static void read_bytes(png_structp png, png_bytep target, std::size_t count) {
        auto& rest = static_cast<PngReader*>(png_get_io_ptr(png))->rest_;
        if (count > rest.size()) png_error(png, "it ends within its picture");
        std::memcpy(target, rest.data(), count);
        rest.remove_prefix(count);
    }
    [[noreturn]] void fail() const { throw DataError("damaged PNG: " + std::string(message_.data())); }

    std::string_view rest_;
    png_structp png_ = nullptr;
    png_infop info_ = nullptr;
    int passes_ = 1;
    std::array<char, 128> message_{};
};

cv::Mat read_rgb(PngReader& reader) {
    const cv::Size size(static_cast<int>(reader.width()), static_cast<int>(reader.height()));
    cv::Mat rgb(size, CV_8UC3);
    if (!reader.has_alpha()) {
        reader.read_all(rgb);
    } else if (reader.is_interlaced()) {
        cv::Mat rgba(size, CV_8UC4);
        reader.read_all(rgba);
        return rgb_over_white(rgba);
    } else {
        cv::Mat row(1, size.width, CV_8UC4);
        reader.read_blended(rgb, row);
    }
    return rgb;
}

StoredPicture decode_png(std::string_view bytes, const DecodeOptions& options) {
    const PngChunks chunks = read_chunks(bytes);
    PngReader reader(chunks.essential);
    reader.read_header();
    check_image_size(reader.width(), reader.height(), options, reader.has_alpha() && reader.is_interlaced() ? 4 : 3);
    return {.rgb = read_rgb(reader), .orientation = stored_orientation(chunks.exif, chunks.xmp)};
}

}  // namespace

Decoder png_decoder() {
    return {.name = "PNG",
            .extensions = {".png"},
            .codec = "libpng",
            .version = png_get_libpng_ver(nullptr),
            .recognises = [](std::string_view bytes) { return bytes.starts_with(kSignature); },
            .decode = decode_png};
}

}  // namespace graft
