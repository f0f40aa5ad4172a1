/// @file
/// JPEG through libjpeg-turbo's own API, because only there its warnings can be seen. Which of them are harmless:
/// an unknown Adobe transform or JFIF version, odd parameters of a sequential scan, and stray bytes between the headers
/// (the picture's data is untouched). Later stray bytes mean that the entropy decoder lost its place: of 935
/// photographs damaged on purpose that showed nothing else, two had one or two such bytes. So many are accepted,
/// because some cameras write them. Everything else is damage.
// jpeglib.h uses size_t and FILE without including them, and jerror.h uses jpeglib.h
// clang-format off
#include <cstddef>
#include <cstdio>
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

#include <csetjmp>
#include <opencv2/core.hpp>
#include <string>

#include "graft/core/errors.hpp"
#include "image/decode/decoders.hpp"
#include "image/decode/orientation.hpp"

namespace graft {
namespace {

using namespace std::string_view_literals;

constexpr int kStrayBytesAllowed = 2;
constexpr int kScansAllowed = 500;  // a small progressive file can ask for thousands and hours

/// libjpeg's error manager, and where to go when it gives up.
struct JpegErrors {
    jpeg_error_mgr base;  // first, so that libjpeg's pointer to it is also one to this
    std::jmp_buf give_up;
    char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void give_up(j_common_ptr info) {
    auto& errors = *reinterpret_cast<JpegErrors*>(info->err);
    errors.base.format_message(info, errors.message);
    std::longjmp(errors.give_up, 1);
}

bool is_harmless_warning(j_common_ptr info) {
    switch (info->err->msg_code) {
        case JWRN_ADOBE_XFORM:
        case JWRN_JFIF_MAJOR:
        case JWRN_NOT_SEQUENTIAL: return true;
        case JWRN_EXTRANEOUS_DATA: {
            const bool before_first_scan = reinterpret_cast<j_decompress_ptr>(info)->input_scan_number == 0;
            return before_first_scan || info->err->msg_parm.i[0] <= kStrayBytesAllowed;
        }
        default: return false;
    }
}

void on_message(j_common_ptr info, int level) {
    const bool is_warning = level < 0;
    if (is_warning && !is_harmless_warning(info)) give_up(info);
}

void on_progress(j_common_ptr info) {
    if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= kScansAllowed) return;
    std::snprintf(reinterpret_cast<JpegErrors*>(info->err)->message, JMSG_LENGTH_MAX, "more than %d scans",
                  kScansAllowed);
    std::longjmp(reinterpret_cast<JpegErrors*>(info->err)->give_up, 1);
}

/// a * b / 255, rounded.
int product_of_255ths(int a, int b) {
    const int product = a * b + 128;
    return (product + (product >> 8)) >> 8;
}

/// CMYK as JPEG stores it, inverted, to RGB: Pillow's convert("RGB").
void rgb_from_inverted_cmyk(const JSAMPLE* cmyk, JSAMPLE* rgb, JDIMENSION width) {
    for (JDIMENSION x = 0; x < width; ++x, cmyk += 4, rgb += 3) {
        const int not_black = cmyk[3];
        for (int c = 0; c < 3; ++c)
            rgb[c] = static_cast<JSAMPLE>(not_black - product_of_255ths(255 - cmyk[c], not_black));
    }
}

/// One JPEG in memory. libjpeg leaves its functions by longjmp, so a member function that calls it has nothing to
/// destroy between setjmp and the call.
class JpegReader {
public:
    explicit JpegReader(std::string_view bytes) {
        info_.err = jpeg_std_error(&errors_.base);
        errors_.base.error_exit = give_up;
        errors_.base.emit_message = on_message;
        progress_.progress_monitor = on_progress;
        if (setjmp(errors_.give_up) != 0) {
            jpeg_destroy_decompress(&info_);
            fail();
        }
        jpeg_create_decompress(&info_);
        info_.progress = &progress_;
        jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
        jpeg_save_markers(&info_, JPEG_APP0 + 1, 0xffff);
    }
    ~JpegReader() { jpeg_destroy_decompress(&info_); }
    JpegReader(const JpegReader&) = delete;
    JpegReader& operator=(const JpegReader&) = delete;

    cv::Size read_header() {
        if (setjmp(errors_.give_up) != 0) fail();
        jpeg_read_header(&info_, TRUE);
        return {static_cast<int>(info_.image_width), static_cast<int>(info_.image_height)};
    }

    /// Fills `rgb`, [H,W] CV_8UC3, to the end of the file, so that damage behind the last row is seen too.
    void read_pixels(cv::Mat& rgb) {
        if (setjmp(errors_.give_up) != 0) fail();
        const bool is_cmyk = info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK;
        info_.out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
        info_.dct_method = JDCT_ISLOW;
        info_.do_fancy_upsampling = TRUE;
        jpeg_start_decompress(&info_);
        if (is_cmyk)
            read_cmyk_rows(rgb);
        else
            read_rgb_rows(rgb);
        jpeg_finish_decompress(&info_);
    }

    [[nodiscard]] int orientation() const {
        for (jpeg_saved_marker_ptr marker = info_.marker_list; marker != nullptr; marker = marker->next) {
            const std::string_view segment(reinterpret_cast<const char*>(marker->data), marker->data_length);
            if (segment.starts_with("Exif\0\0"sv)) return exif_orientation(segment);
        }
        return 1;
    }

private:
    void read_rgb_rows(cv::Mat& rgb) {
        while (info_.output_scanline < info_.output_height) {
            JSAMPROW row = rgb.ptr<JSAMPLE>(static_cast<int>(info_.output_scanline));
            jpeg_read_scanlines(&info_, &row, 1);
        }
    }

    void read_cmyk_rows(cv::Mat& rgb) {
        const JSAMPARRAY cmyk =
            info_.mem->alloc_sarray(reinterpret_cast<j_common_ptr>(&info_), JPOOL_IMAGE, info_.output_width * 4, 1);
        while (info_.output_scanline < info_.output_height) {
            auto* row = rgb.ptr<JSAMPLE>(static_cast<int>(info_.output_scanline));
            jpeg_read_scanlines(&info_, cmyk, 1);
            rgb_from_inverted_cmyk(cmyk[0], row, info_.output_width);
        }
    }

    [[noreturn]] void fail() const {
        const int code = errors_.base.msg_code;
        const bool ends_early = code == JWRN_JPEG_EOF || code == JERR_INPUT_EOF || code == JERR_INPUT_EMPTY;
        throw DataError((ends_early ? "truncated JPEG: " : "damaged JPEG: ") + std::string(errors_.message));
    }

    jpeg_decompress_struct info_{};
    jpeg_progress_mgr progress_{};
    JpegErrors errors_{};
};

}  // namespace

DecodedImage decode_jpeg(std::string_view bytes, const DecodeLimits& limits) {
    JpegReader reader(bytes);
    const cv::Size size = reader.read_header();
    check_image_size(size.width, size.height, limits);
    DecodedImage image{.rgb = cv::Mat(size, CV_8UC3), .orientation = reader.orientation()};
    reader.read_pixels(image.rgb);
    return image;
}

}  // namespace graft
