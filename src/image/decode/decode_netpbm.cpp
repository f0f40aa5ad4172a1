/// @file
/// PBM, PGM and PPM in text and in bytes (P1 to P6), the first picture of a file.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <opencv2/core.hpp>
#include <optional>
#include <string>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/decoder.hpp"

namespace graft {
namespace {

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

class NetpbmReader {
public:
    explicit NetpbmReader(std::string_view bytes) : rest_(bytes) {}

    [[nodiscard]] std::string_view rest() const { return rest_; }

    /// Comments reach from # to the end of their line.
    void skip_space() {
        while (!rest_.empty() && (is_space(rest_.front()) || rest_.front() == '#'))
            rest_.remove_prefix(rest_.front() == '#' ? std::min(rest_.find_first_of("\r\n"), rest_.size()) : 1);
    }
    int number(int largest) {
        skip_space();
        int value = 0;
        if (rest_.empty()) throw DataError("truncated Netpbm image: a number is missing");
        if (!is_digit(rest_.front())) throw DataError("damaged Netpbm image: it has a letter where a number should be");
        for (; !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1)) {
            value = value * 10 + (rest_.front() - '0');
            if (value > largest) throw DataError(format_text("damaged Netpbm image: a number above {}", largest));
        }
        return value;
    }
    /// A digit of a bitmap in text; no space is needed between them.
    int bit() {
        skip_space();
        if (rest_.empty()) throw DataError("truncated Netpbm image: a pixel is missing");
        const int value = rest_.front() - '0';
        if (value != 0 && value != 1) throw DataError("damaged Netpbm image: its pixels are not all 0 or 1");
        rest_.remove_prefix(1);
        return value;
    }
    void skip_one() { rest_.remove_prefix(std::min<std::size_t>(1, rest_.size())); }

private:
    std::string_view rest_;
};

struct NetpbmHeader {
    int form = 0;  // the digit behind P
    int width = 0, height = 0, brightest = 1;

    [[nodiscard]] bool is_text() const { return form <= 3; }
    [[nodiscard]] bool is_bitmap() const { return form == 1 || form == 4; }
    [[nodiscard]] int channels() const { return form == 3 || form == 6 ? 3 : 1; }
};

NetpbmHeader read_header(NetpbmReader& reader, int form) {
    constexpr int longest_side = 100'000'000, largest_value = 65535;
    NetpbmHeader header{.form = form, .width = reader.number(longest_side), .height = reader.number(longest_side)};
    if (!header.is_bitmap()) header.brightest = reader.number(largest_value);
    if (header.brightest == 0) throw DataError("damaged Netpbm image: its brightest value is 0");
    if (!header.is_text()) reader.skip_one();  // one space, and only one, before the pixels
    return header;
}

/// On the scale 0 to 255, rounded to even as in Pillow.
std::uint8_t scaled(int value, int brightest) {
    return cv::saturate_cast<std::uint8_t>(std::nearbyint(255.0 * value / brightest));
}

/// In text every value is a number; bitmaps have 1 for black.
void read_text(NetpbmReader& reader, const NetpbmHeader& header, cv::Mat& pixels) {
    for (std::uint8_t& value : cv::Mat_<std::uint8_t>(pixels.reshape(1)))
        value = header.is_bitmap() ? (reader.bit() == 1 ? 0 : 255)
                                   : scaled(reader.number(header.brightest), header.brightest);
}

void read_bytes(std::string_view bytes, const NetpbmHeader& header, cv::Mat& pixels) {
    const std::size_t values = static_cast<std::size_t>(pixels.cols) * header.channels();
    const std::size_t value_bytes = header.brightest > 255 ? 2 : 1;
    const std::size_t row_bytes = header.is_bitmap() ? (values + 7) / 8 : values * value_bytes;
    if (bytes.size() < row_bytes * pixels.rows)
        throw DataError(
            format_text("truncated Netpbm image: {} of {} bytes of pixels", bytes.size(), row_bytes * pixels.rows));
    for (int y = 0; y < pixels.rows; ++y) {
        const auto* row = reinterpret_cast<const std::uint8_t*>(bytes.data()) + row_bytes * y;
        auto* target = pixels.ptr<std::uint8_t>(y);
        for (std::size_t i = 0; i < values; ++i) {
            if (header.is_bitmap())
                target[i] = (row[i / 8] >> (7 - i % 8) & 1) != 0 ? 0 : 255;
            else
                target[i] = scaled(value_bytes == 1 ? row[i] : row[2 * i] << 8 | row[2 * i + 1], header.brightest);
        }
    }
}

StoredPicture decode_netpbm(std::string_view bytes, const DecodeOptions& options) {
    NetpbmReader reader(bytes.substr(2));
    const NetpbmHeader header = read_header(reader, bytes[1] - '0');
    check_image_size(header.width, header.height, options, header.channels() == 1 ? 4 : 3);
    cv::Mat pixels(header.height, header.width, CV_8UC(header.channels()));
    if (header.is_text())
        read_text(reader, header, pixels);
    else
        read_bytes(reader.rest(), header, pixels);
    if (header.channels() == 3) return {.rgb = pixels};
    cv::Mat rgb;
    cv::merge(std::vector<cv::Mat>(3, pixels), rgb);
    return {.rgb = rgb};
}

/// "P5" alone may begin a text: a number or a comment has to follow.
bool is_netpbm(std::string_view bytes) {
    if (bytes.size() < 4 || bytes[0] != 'P' || bytes[1] < '1' || bytes[1] > '6' || !is_space(bytes[2])) return false;
    NetpbmReader reader(bytes.substr(2));
    reader.skip_space();
    return !reader.rest().empty() && is_digit(reader.rest().front());
}

}  // namespace

Decoder netpbm_decoder() {
    return {.name = "Netpbm",
            .extensions = {".ppm", ".pgm", ".pbm", ".pnm"},
            .recognises = is_netpbm,
            .decode = decode_netpbm};
}

}  // namespace graft
