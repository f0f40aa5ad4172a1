#include "image/augment/adjustments.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <opencv2/core.hpp>

namespace graft {
namespace {

constexpr int kValues = 256;

/// `other + factor * (value - other)` in single precision, cut, not rounded.
uchar blended(int other, int value, float factor) {
    const float mixed = static_cast<float>(other) + factor * static_cast<float>(value - other);
    return static_cast<uchar>(std::clamp(mixed, 0.0F, 255.0F));
}

uchar grey_value(const cv::Vec3b& rgb) {
    return static_cast<uchar>((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >> 16);
}

/// `change(pixel)` of every pixel.
template <class Change>
cv::Mat each_pixel(const cv::Mat& rgb, const Change& change) {
    cv::Mat result(rgb.size(), CV_8UC3);
    for (int y = 0; y < rgb.rows; ++y) {
        const auto* from = rgb.ptr<cv::Vec3b>(y);
        auto* to = result.ptr<cv::Vec3b>(y);
        for (int x = 0; x < rgb.cols; ++x) to[x] = change(from[x]);
    }
    return result;
}

/// `change(value)` of every value of every channel.
template <class Change>
cv::Mat each_value(const cv::Mat& rgb, const Change& change) {
    cv::Mat table(1, kValues, CV_8U), result;
    for (int value = 0; value < kValues; ++value) table.at<uchar>(value) = change(value);
    cv::LUT(rgb, table, result);
    return result;
}

using Histogram = std::array<std::int64_t, kValues>;
using Table = std::array<uchar, kValues>;

std::array<Histogram, 3> histograms(const cv::Mat& rgb) {
    std::array<Histogram, 3> counts{};
    for (int y = 0; y < rgb.rows; ++y) {
        const auto* row = rgb.ptr<cv::Vec3b>(y);
        for (int x = 0; x < rgb.cols; ++x)
            for (int c = 0; c < 3; ++c) ++counts[c][row[x][c]];
    }
    return counts;
}

/// Each channel through a table that `make` makes of its histogram.
template <class Make>
cv::Mat each_channel(const cv::Mat& rgb, const Make& make) {
    const std::array<Histogram, 3> counts = histograms(rgb);
    const std::array<Table, 3> tables = {make(counts[0]), make(counts[1]), make(counts[2])};
    return each_pixel(rgb, [&](const cv::Vec3b& pixel) {
        return cv::Vec3b(tables[0][pixel[0]], tables[1][pixel[1]], tables[2][pixel[2]]);
    });
}

Table unchanged() {
    Table table;
    for (int value = 0; value < kValues; ++value) table[value] = static_cast<uchar>(value);
    return table;
}

Table stretching(const Histogram& counts) {
    const auto occurs = [](std::int64_t count) { return count > 0; };
    const auto lowest = std::find_if(counts.begin(), counts.end(), occurs) - counts.begin();
    const auto highest = kValues - 1 - (std::find_if(counts.rbegin(), counts.rend(), occurs) - counts.rbegin());
    Table table = unchanged();
    if (highest <= lowest) return table;
    const double scale = 255.0 / static_cast<double>(highest - lowest);
    const double offset = -static_cast<double>(lowest) * scale;
    for (int value = 0; value < kValues; ++value)
        table[value] = static_cast<uchar>(std::clamp(static_cast<int>(value * scale + offset), 0, 255));
    return table;
}

Table evening(const Histogram& counts) {
    std::int64_t pixels = 0, of_the_highest = 0;
    for (const std::int64_t count : counts) {
        pixels += count;
        if (count > 0) of_the_highest = count;
    }
    Table table = unchanged();
    const std::int64_t step = (pixels - of_the_highest) / 255;
    if (step == 0) return table;
    std::int64_t below = step / 2;
    for (int value = 0; value < kValues; ++value) {
        table[value] = static_cast<uchar>(std::min<std::int64_t>(below / step, 255));
        below += counts[value];
    }
    return table;
}

/// 3x3 with weights 1, and 5 in the middle, rounded; the outermost pixels as they are.
cv::Mat smoothed(const cv::Mat& rgb) {
    cv::Mat result = rgb.clone();
    for (int y = 1; y < rgb.rows - 1; ++y) {
        const uchar *above = rgb.ptr(y - 1), *here = rgb.ptr(y), *below = rgb.ptr(y + 1);
        uchar* to = result.ptr(y);
        for (int i = 3; i < 3 * (rgb.cols - 1); ++i) {
            const int sum = above[i - 3] + above[i] + above[i + 3] + here[i - 3] + 5 * here[i] + here[i + 3] +
                            below[i - 3] + below[i] + below[i + 3];
            to[i] = static_cast<uchar>((2 * sum + 13) / 26);
        }
    }
    return result;
}

/// As Pillow: hue, saturation and value in 0..255.
cv::Vec3b hsv_of(const cv::Vec3b& rgb) {
    const int r = rgb[0], g = rgb[1], b = rgb[2];
    const int highest = std::max({r, g, b}), lowest = std::min({r, g, b});
    if (highest == lowest) return {0, 0, static_cast<uchar>(highest)};
    const auto range = static_cast<float>(highest - lowest);
    const float saturation = range / static_cast<float>(highest);
    const float from_r = static_cast<float>(highest - r) / range, from_g = static_cast<float>(highest - g) / range,
                from_b = static_cast<float>(highest - b) / range;
    const float sixths = r == highest   ? from_b - from_g
                         : g == highest ? static_cast<float>(2.0 + from_r - from_b)
                                        : static_cast<float>(4.0 + from_g - from_r);
    const double turns = sixths / 6.0 + 1.0;  // below 2
    const auto hue = static_cast<float>(turns >= 1 ? turns - 1 : turns);
    return {static_cast<uchar>(hue * 255.0), static_cast<uchar>(saturation * 255.0), static_cast<uchar>(highest)};
}

cv::Vec3b rgb_of(const cv::Vec3b& hsv) {
    const uchar v = hsv[2];
    if (hsv[1] == 0) return {v, v, v};
    const auto sector = static_cast<int>(static_cast<float>(hsv[0]) * 6.0 / 255.0);
    const auto rest = static_cast<float>(static_cast<float>(hsv[0]) * 6.0 / 255.0 - sector);
    const auto saturation = static_cast<float>(static_cast<float>(hsv[1]) / 255.0);
    const auto rounded = [v](double factor) { return static_cast<uchar>(static_cast<int>(v * factor + 0.5)); };
    const uchar p = rounded(1.0 - saturation), q = rounded(1.0 - saturation * rest),
                t = rounded(1.0 - saturation * (1.0 - rest));
    switch (sector % 6) {
        case 0: return {v, t, p};
        case 1: return {q, v, p};
        case 2: return {p, v, t};
        case 3: return {p, q, v};
        case 4: return {t, p, v};
        default: return {v, p, q};
    }
}

}  // namespace

cv::Mat with_brightness(const cv::Mat& rgb, double factor) {
    const auto single = static_cast<float>(factor);
    return each_value(rgb, [single](int value) { return blended(0, value, single); });
}

cv::Mat with_contrast(const cv::Mat& rgb, double factor) {
    std::int64_t sum = 0;
    for (int y = 0; y < rgb.rows; ++y)
        for (int x = 0; x < rgb.cols; ++x) sum += grey_value(rgb.at<cv::Vec3b>(y, x));
    const int mean = static_cast<int>(static_cast<double>(sum) / static_cast<double>(rgb.total()) + 0.5);
    const auto single = static_cast<float>(factor);
    return each_value(rgb, [mean, single](int value) { return blended(mean, value, single); });
}

cv::Mat with_saturation(const cv::Mat& rgb, double factor) {
    const auto single = static_cast<float>(factor);
    return each_pixel(rgb, [single](const cv::Vec3b& pixel) {
        const int grey = grey_value(pixel);
        return cv::Vec3b(blended(grey, pixel[0], single), blended(grey, pixel[1], single),
                         blended(grey, pixel[2], single));
    });
}

cv::Mat with_sharpness(const cv::Mat& rgb, double factor) {
    cv::Mat result = smoothed(rgb);
    const auto single = static_cast<float>(factor);
    for (int y = 0; y < rgb.rows; ++y) {
        const uchar* from = rgb.ptr(y);
        uchar* to = result.ptr(y);
        for (int i = 0; i < 3 * rgb.cols; ++i) to[i] = blended(to[i], from[i], single);
    }
    return result;
}

cv::Mat with_hue(const cv::Mat& rgb, double shift) {
    const auto turn = static_cast<uchar>(static_cast<int>(shift * 255));
    return each_pixel(rgb, [turn](const cv::Vec3b& pixel) {
        cv::Vec3b hsv = hsv_of(pixel);
        hsv[0] = static_cast<uchar>(hsv[0] + turn);  // a full circle is 256 here, as in torchvision
        return rgb_of(hsv);
    });
}

cv::Mat posterized(const cv::Mat& rgb, int bits) {
    const int mask = ~((1 << (8 - bits)) - 1);
    return each_value(rgb, [mask](int value) { return static_cast<uchar>(value & mask); });
}

cv::Mat solarized(const cv::Mat& rgb, double threshold) {
    return each_value(rgb,
                      [threshold](int value) { return static_cast<uchar>(value < threshold ? value : 255 - value); });
}

cv::Mat auto_contrasted(const cv::Mat& rgb) { return each_channel(rgb, stretching); }

cv::Mat equalized(const cv::Mat& rgb) { return each_channel(rgb, evening); }

cv::Mat inverted(const cv::Mat& rgb) { return solarized(rgb, 0); }

cv::Mat greyscale(const cv::Mat& rgb) { return with_saturation(rgb, 0); }

}  // namespace graft
