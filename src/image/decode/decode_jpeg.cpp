/// @file
/// JPEG through libjpeg-turbo's own API, because only there its warnings can be seen. What each of them means:
/// - The picture is whole: an unknown Adobe transform or JFIF version, odd parameters of a sequential scan, a bad
///   colour profile, stray bytes between the headers.
/// - The picture is whole, and told with a note: stray bytes behind a scan whose rows are all there (up to two are
///   usual: some cameras write them), an end marker that is missing where the last scan is complete. Bytes behind the
///   last row may also be the picture's own, where the entropy decoder lost its place: see jpeg_scan.hpp.
/// - Damage: bad Huffman or arithmetic codes, a marker within a scan, lost restart markers, scans that contradict each
///   other, and stray bytes within a scan.
// jpeglib.h uses size_t and FILE without including them, and jerror.h uses jpeglib.h
// clang-format off
#include <cstddef>
#include <cstdio>
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

#include <csetjmp>
#include <opencv2/core.hpp>
#include <span>
#include <string>

#include "graft/core/errors.hpp"
#include "image/decode/decoder.hpp"
#include "image/decode/jpeg_scan.hpp"
#include "image/decode/orientation.hpp"

namespace graft {
namespace {

using namespace std::string_view_literals;

#define GRAFT_TEXT_OF(macro) GRAFT_QUOTED(macro)
#define GRAFT_QUOTED(text) #text
#ifdef LIBJPEG_TURBO_VERSION
constexpr const char *kLibrary = "libjpeg-turbo", *kVersion = GRAFT_TEXT_OF(LIBJPEG_TURBO_VERSION);
#else
constexpr const char *kLibrary = "libjpeg", *kVersion = GRAFT_TEXT_OF(JPEG_LIB_VERSION) ".0";
#endif

constexpr int kStrayBytesAllowed = 2;
constexpr int kScansAllowed = 500;  // a small progressive file can ask for thousands and hours

/// libjpeg's error manager, where to go when it gives up, and what was noticed on the way.
struct JpegErrors {
    jpeg_error_mgr base;  // first, so that libjpeg's pointer to it is also one to this
    std::jmp_buf give_up;
    std::string_view scan;  // the bytes behind the first scan's header
    char message[JMSG_LENGTH_MAX];
    bool has_stray_bytes;  // behind a scan
    bool lacks_its_end;    // the file ended before libjpeg had seen the end marker
};

JpegErrors& errors_of(j_common_ptr info) { return *reinterpret_cast<JpegErrors*>(info->err); }

[[noreturn]] void give_up(j_common_ptr info) {
    JpegErrors& errors = errors_of(info);
    errors.base.format_message(info, errors.message);
    std::longjmp(errors.give_up, 1);
}

/// Whether all rows of the current scan were decoded.
bool is_behind_a_scan(const jpeg_decompress_struct& info) {
    return info.input_scan_number > 0 && info.input_iMCU_row >= info.total_iMCU_rows;
}

/// Whether nothing more can come that would change the picture: there is one scan, or every coefficient is exact. What
/// is missing at the end of an arithmetic scan shows nowhere.
bool needs_no_more_scans(jpeg_decompress_struct& info) {
    if (info.arith_code != 0) return false;
    if (jpeg_has_multiple_scans(&info) == 0) return true;
    if (info.coef_bits == nullptr) return false;
    for (int component = 0; component < info.num_components; ++component)
        for (const int missing_bits : std::span(info.coef_bits[component], DCTSIZE2))
            if (missing_bits != 0) return false;
    return true;
}

void on_warning(j_common_ptr common) {
    auto& info = *reinterpret_cast<j_decompress_ptr>(common);
    JpegErrors& errors = errors_of(common);
    switch (errors.base.msg_code) {
        case JWRN_ADOBE_XFORM:
        case JWRN_JFIF_MAJOR:
        case JWRN_NOT_SEQUENTIAL:
        case JWRN_BOGUS_ICC: return;
        case JWRN_EXTRANEOUS_DATA: {
            const int bytes = errors.base.msg_parm.i[0];
            if (info.input_scan_number == 0 || bytes <= kStrayBytesAllowed) return;
            if (!is_behind_a_scan(info) || lost_its_place(info, errors.scan)) give_up(common);
            errors.has_stray_bytes = true;
            return;
        }
        case JWRN_JPEG_EOF:  // libjpeg goes on as with an end marker; if bits are missing, JWRN_HIT_MARKER follows
            if (info.input_scan_number == 0) give_up(common);
            errors.lacks_its_end = true;
            return;
        default: give_up(common);
    }
}

void on_message(j_common_ptr info, int level) {
    const bool is_warning = level < 0;
    if (is_warning) on_warning(info);
}

void on_progress(j_common_ptr info) {
    if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= kScansAllowed) return;
    std::snprintf(errors_of(info).message, JMSG_LENGTH_MAX, "more than %d scans", kScansAllowed);
    std::longjmp(errors_of(info).give_up, 1);
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
        errors_.scan = {reinterpret_cast<const char*>(info_.src->next_input_byte), info_.src->bytes_in_buffer};
        return {static_cast<int>(info_.image_width), static_cast<int>(info_.image_height)};
    }

    /// Makes read_pixels give half the size, by an inverse DCT of half the size. Both sides must be even.
    void halve() {
        info_.scale_num = 1;
        info_.scale_denom = 2;
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
        is_complete_ = needs_no_more_scans(info_);  // known until libjpeg frees what it knows
        jpeg_finish_decompress(&info_);
        if (errors_.lacks_its_end && !is_complete_) fail();
    }

    [[nodiscard]] int orientation() const {
        constexpr std::string_view exif = "Exif\0\0"sv, xmp = "http://ns.adobe.com/xap/1.0/\0"sv;
        return stored_orientation(segment_with(exif), segment_with(xmp));
    }

    /// What is odd about a picture that is whole all the same.
    [[nodiscard]] std::string note() const {
        if (errors_.lacks_its_end) return "JPEG without an end marker";
        return errors_.has_stray_bytes ? "JPEG with stray bytes behind its picture" : "";
    }

private:
    /// The first APP1 segment that begins so; empty where there is none.
    [[nodiscard]] std::string_view segment_with(std::string_view prefix) const {
        for (jpeg_saved_marker_ptr marker = info_.marker_list; marker != nullptr; marker = marker->next) {
            const std::string_view segment(reinterpret_cast<const char*>(marker->data), marker->data_length);
            if (segment.starts_with(prefix)) return segment;
        }
        return {};
    }

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
        if (errors_.lacks_its_end || code == JWRN_JPEG_EOF || code == JERR_INPUT_EOF || code == JERR_INPUT_EMPTY)
            throw DataError("truncated JPEG: it ends before its picture does");
        throw DataError("damaged JPEG: " + std::string(errors_.message));
    }

    jpeg_decompress_struct info_{};
    jpeg_progress_mgr progress_{};
    JpegErrors errors_{};
    bool is_complete_ = false;
};

StoredPicture decode_jpeg(std::string_view bytes, const DecodeOptions& options) {
    JpegReader reader(bytes);
    cv::Size size = reader.read_header();
    check_image_size(size.width, size.height, options);
    const int orientation = reader.orientation();
    const bool is_even = size.width % 2 == 0 && size.height % 2 == 0;
    if (is_even && options.input && may_be_halved(upright_size(size, orientation), *options.input)) {
        reader.halve();
        size = {size.width / 2, size.height / 2};
    }
    StoredPicture picture{.rgb = cv::Mat(size, CV_8UC3), .orientation = orientation};
    reader.read_pixels(picture.rgb);
    picture.note = reader.note();
    return picture;
}

}  // namespace

Decoder jpeg_decoder() {
    return {.name = "JPEG",
            .extensions = {".jpg", ".jpeg", ".jpe", ".jfif", ".pjpeg", ".pjp"},
            .codec = kLibrary,
            .version = kVersion,
            .recognises = [](std::string_view bytes) { return bytes.starts_with("\xff\xd8\xff"); },
            .decode = decode_jpeg};
}

}  // namespace graft
