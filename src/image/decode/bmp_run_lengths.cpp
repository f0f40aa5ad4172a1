#include "image/decode/bmp_run_lengths.hpp"

#include <cstdint>
#include <opencv2/core.hpp>

#include "graft/core/errors.hpp"

namespace graft {
namespace {

[[noreturn]] void fail() { throw DataError("damaged BMP: its run lengths do not fill its rows"); }

/// Writes pixels from the bottom row up, from left to right.
class Canvas {
public:
    explicit Canvas(cv::Size size) : pixels_(cv::Mat::zeros(size, CV_8UC1)) {}

    [[nodiscard]] bool full() const { return row_ == pixels_.rows; }
    [[nodiscard]] const cv::Mat& pixels() const { return pixels_; }

    void put(std::uint8_t color) {
        if (full() || column_ == pixels_.cols) fail();
        pixels_.at<std::uint8_t>(pixels_.rows - 1 - row_, column_++) = color;
    }
    void end_line() {
        if (full()) fail();
        ++row_;
        column_ = 0;
    }
    void jump(int right, int up) {
        row_ += up;
        column_ += right;
        if (row_ >= pixels_.rows || column_ > pixels_.cols) fail();
    }
    /// Whether there are pixels in every row, as far as the codes say anything of them.
    [[nodiscard]] bool complete() const { return full() || (row_ == pixels_.rows - 1 && column_ == pixels_.cols); }

private:
    cv::Mat pixels_;
    int row_ = 0, column_ = 0;
};

class Codes {
public:
    explicit Codes(std::string_view bytes) : bytes_(bytes) {}
    [[nodiscard]] std::uint8_t next() {
        if (at_ >= bytes_.size()) fail();
        return static_cast<std::uint8_t>(bytes_[at_++]);
    }
    void skip_to_even() { at_ += at_ % 2; }
    [[nodiscard]] bool at_end() const { return at_ >= bytes_.size(); }

private:
    std::string_view bytes_;
    std::size_t at_ = 0;
};

std::uint8_t half(std::uint8_t byte, int index) { return index % 2 == 0 ? byte >> 4 : byte & 15; }

void put_run(Canvas& canvas, int count, std::uint8_t value, int bits) {
    for (int i = 0; i < count; ++i) canvas.put(bits == 4 ? half(value, i) : value);
}

void put_literal(Canvas& canvas, Codes& codes, int count, int bits) {
    std::uint8_t value = 0;
    for (int i = 0; i < count; ++i) {
        if (bits == 8 || i % 2 == 0) value = codes.next();
        canvas.put(bits == 4 ? half(value, i) : value);
    }
    codes.skip_to_even();
}

}  // namespace

cv::Mat expanded_run_lengths(std::string_view bytes, cv::Size size, int bits_per_pixel) {
    enum Escape : std::uint8_t { end_of_line = 0, end_of_picture = 1, jump = 2 };
    Canvas canvas(size);
    Codes codes(bytes);
    while (!canvas.full() && !(codes.at_end() && canvas.complete())) {
        const int count = codes.next();
        const std::uint8_t value = codes.next();
        if (count > 0) {
            put_run(canvas, count, value, bits_per_pixel);
        } else if (value == end_of_line) {
            canvas.end_line();
        } else if (value == end_of_picture) {
            break;
        } else if (value == jump) {
            const int right = codes.next();
            canvas.jump(right, codes.next());
        } else {
            put_literal(canvas, codes, value, bits_per_pixel);
        }
    }
    if (!canvas.complete()) fail();
    return canvas.pixels();
}

}  // namespace graft
