#include "insight/resample.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/core/hal/intrin.hpp>
#include <opencv2/imgproc.hpp>
#include <span>
#include <vector>

namespace graft {
namespace {

double bicubic_weight(double x) {
    constexpr double a = -0.5;
    x = std::abs(x);
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

double lanczos_weight(double x) {
    const auto sinc = [](double v) { return v == 0 ? 1 : std::sin(std::numbers::pi * v) / (std::numbers::pi * v); };
    return std::abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0;
}

/// The pixels that make one pixel of the copy.
struct Taps {
    int first = 0;
    std::vector<float> weights;
};

std::vector<Taps> taps_of(int from, int to, ResampleFilter filter) {
    const double scale = static_cast<double>(from) / to, widened = std::max(scale, 1.0);
    const double support = (filter == ResampleFilter::lanczos ? 3 : 2) * widened;
    std::vector<Taps> all(static_cast<std::size_t>(to));
    for (int i = 0; i < to; ++i) {
        const double centre = (i + 0.5) * scale;
        Taps& taps = all[static_cast<std::size_t>(i)];
        taps.first = std::max(static_cast<int>(centre - support + 0.5), 0);
        const int end = std::min(static_cast<int>(centre + support + 0.5), from);
        double sum = 0;
        std::vector<double> weights;
        for (int x = taps.first; x < end; ++x) {
            const double at = (x - centre + 0.5) / widened;
            weights.push_back(filter == ResampleFilter::lanczos ? lanczos_weight(at) : bicubic_weight(at));
            sum += weights.back();
        }
        for (const double weight : weights) taps.weights.push_back(static_cast<float>(weight / sum));
    }
    return all;
}

/// Three channels and a place that is not used: a processor adds the four at once. So it does with several rows, whose
/// sums do not wait for each other.
using WidePixel = cv::v_float32x4;
constexpr std::size_t kWide = 4, kRowsTogether = 4;

/// Pixels of several rows: the first of each, the second of each, …
void widen(const cv::Mat& rgb, int first_row, std::span<float> pixels) {
    for (std::size_t r = 0; r < kRowsTogether; ++r) {
        const auto* row = rgb.ptr<unsigned char>(std::min(first_row + static_cast<int>(r), rgb.rows - 1));
        for (std::size_t i = r * kWide; i < pixels.size(); i += kRowsTogether * kWide)
            for (std::size_t channel = 0; channel < 3; ++channel) pixels[i + channel] = static_cast<float>(*row++);
    }
}

/// Rows become `width` pixels long.
cv::Mat resample_rows(const cv::Mat& rgb, int width, ResampleFilter filter) {
    const std::vector<Taps> taps = taps_of(rgb.cols, width, filter);
    cv::Mat result(rgb.rows, width, CV_8UC3);
    std::vector<float> pixels(kRowsTogether * kWide * static_cast<std::size_t>(rgb.cols));
    for (int y = 0; y < rgb.rows; y += int{kRowsTogether}) {
        widen(rgb, y, pixels);
        for (int x = 0; x < width; ++x) {
            const Taps& tap = taps[static_cast<std::size_t>(x)];
            std::array<WidePixel, kRowsTogether> sums;
            sums.fill(cv::v_setzero_f32());
            const float* pixel = pixels.data() + kRowsTogether * kWide * static_cast<std::size_t>(tap.first);
            for (const float weight : tap.weights) {
                const WidePixel factor = cv::v_setall_f32(weight);
                for (WidePixel& sum : sums) {
                    sum += factor * cv::v_load(pixel);
                    pixel += kWide;
                }
            }
            for (int r = 0; r < std::min(int{kRowsTogether}, rgb.rows - y); ++r) {
                std::array<float, kWide> channels;
                cv::v_store(channels.data(), sums[static_cast<std::size_t>(r)]);
                for (int channel = 0; channel < 3; ++channel)
                    result.at<cv::Vec3b>(y + r, x)[channel] = cv::saturate_cast<unsigned char>(
                        std::floor(channels[static_cast<std::size_t>(channel)] + 0.5F));
            }
        }
    }
    return result;
}

/// Shrinks a side that is more than eight times as long as needed to between four and eight times.
int before_resampling(int from, int to) { return from > 8 * to ? from / (from / (4 * to)) : from; }

}  // namespace

cv::Mat resample(const cv::Mat& rgb, cv::Size size, ResampleFilter filter) {
    const cv::Size before{before_resampling(rgb.cols, size.width), before_resampling(rgb.rows, size.height)};
    cv::Mat picture = rgb;
    if (before != rgb.size()) cv::resize(rgb, picture, before, 0, 0, cv::INTER_AREA);
    if (picture.cols != size.width) picture = resample_rows(picture, size.width, filter);
    if (picture.rows == size.height) return picture.isContinuous() ? picture : picture.clone();
    cv::Mat turned;
    cv::transpose(picture, turned);
    cv::transpose(resample_rows(turned, size.height, filter), picture);
    return picture;
}

cv::Mat luminance(const cv::Mat& rgb) {
    cv::Mat grey(rgb.size(), CV_8UC1);
    for (int y = 0; y < rgb.rows; ++y) {
        const auto* pixel = rgb.ptr<unsigned char>(y);
        auto* out = grey.ptr<unsigned char>(y);
        for (int x = 0; x < rgb.cols; ++x, pixel += 3)
            out[x] =
                static_cast<unsigned char>((pixel[0] * 19595U + pixel[1] * 38470U + pixel[2] * 7471U + 0x8000U) >> 16);
    }
    return grey;
}

}  // namespace graft
