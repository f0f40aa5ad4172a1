#include "insight/picture_facts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "insight/resample.hpp"

namespace graft {
namespace {

/// How often each value occurs, and the value of each bin.
struct Histogram {
    std::vector<std::uint32_t> counts;
    std::uint64_t total = 0;
};

/// NumPy's percentile (linear) of the bins' indices, mapped by `value`.
template <class Value>
double percentile(const Histogram& histogram, double share, Value value) {
    const double position = share * static_cast<double>(histogram.total - 1);
    const auto below = static_cast<std::uint64_t>(position);
    std::uint64_t seen = 0;
    std::size_t bin = 0;
    const auto reach = [&](std::uint64_t rank) {
        while (seen + histogram.counts[bin] <= rank) seen += histogram.counts[bin++];
        return value(bin);
    };
    const double low = reach(below);
    const double part = position - static_cast<double>(below);
    return part == 0 ? low : low + part * (reach(below + 1) - low);
}

constexpr unsigned kBrightnessBins = 65025000 / 1024 + 1;

/// Of the square of the brightness, 0.241 R^2 + 0.691 G^2 + 0.068 B^2, times 1000.
Histogram squared_brightness(const cv::Mat& rgb) {
    std::array<std::array<std::uint32_t, 256>, 3> squares;
    for (std::uint32_t v = 0; v < 256; ++v)
        for (std::size_t channel = 0; channel < 3; ++channel)
            squares[channel][v] = std::array{241U, 691U, 68U}[channel] * v * v;
    Histogram histogram{std::vector<std::uint32_t>(kBrightnessBins), rgb.total()};
    const unsigned char* pixel = rgb.data;
    for (std::size_t i = 0; i < rgb.total(); ++i, pixel += 3)
        ++histogram.counts[(squares[0][pixel[0]] + squares[1][pixel[1]] + squares[2][pixel[2]]) / 1024];
    return histogram;
}

/// The middle of a bin, as a brightness in [0, 1].
double brightness_of_bin(std::size_t bin) {
    if (bin == 0) return 0;
    return std::min(1.0, std::sqrt((static_cast<double>(bin) + 0.5) * 1024 / 65025000));
}

/// Pillow's Image.entropy of a colour picture: of the values of all three channels, each counted apart.
double entropy_in_bits(const cv::Mat& rgb) {
    std::array<std::array<std::uint64_t, 256>, 3> counts{};
    const unsigned char* pixel = rgb.data;
    for (std::size_t i = 0; i < rgb.total(); ++i, pixel += 3)
        for (std::size_t channel = 0; channel < 3; ++channel) ++counts[channel][pixel[channel]];
    const double total = 3.0 * static_cast<double>(rgb.total());
    double bits = 0;
    for (const auto& channel : counts)
        for (const std::uint64_t count : channel)
            if (count > 0) bits -= static_cast<double>(count) / total * std::log2(static_cast<double>(count) / total);
    return bits;
}

double deviation(std::span<const double> values) {
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    double squares = 0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    return std::sqrt(squares / static_cast<double>(values.size()));
}

/// Pillow's FIND_EDGES: eight times a pixel less its neighbours; pixels of the border stay as they are.
std::vector<double> edges(const cv::Mat& grey) {
    std::vector<double> values;
    values.reserve(grey.total());
    for (int y = 0; y < grey.rows; ++y)
        for (int x = 0; x < grey.cols; ++x) {
            int value = grey.at<unsigned char>(y, x);
            if (y > 0 && x > 0 && y + 1 < grey.rows && x + 1 < grey.cols) {
                value *= 9;
                for (int dy = -1; dy <= 1; ++dy)
                    for (int dx = -1; dx <= 1; ++dx) value -= grey.at<unsigned char>(y + dy, x + dx);
            }
            values.push_back(std::clamp(value, 0, 255));
        }
    return values;
}

double sharpness_score(const cv::Mat& rgb) {
    constexpr double longest = 64, factor = 0.01, least_spread = 0.18;
    const double ratio = std::max(rgb.cols, rgb.rows) / longest;
    const auto side = [&](int length) { return std::max(1, static_cast<int>(std::floor(length / ratio))); };
    const cv::Mat grey =
        luminance(ratio > 1 ? resample(rgb, {side(rgb.cols), side(rgb.rows)}, ResampleFilter::bicubic) : rgb);
    std::vector<double> counts(256);
    for (std::size_t i = 0; i < grey.total(); ++i) ++counts[grey.data[i]];
    const auto score = [](double value) { return 1 - std::exp(-value * factor); };
    const double spread = score(deviation(counts));
    return std::min(1.0, score(deviation(edges(grey))) + (spread > least_spread ? spread : 0));
}

Fingerprint fingerprint_of_pixels(const cv::Mat& rgb) {
    Sha256 hash;
    hash.add(std::to_string(rgb.cols) + "x" + std::to_string(rgb.rows) + ":");
    hash.add(std::string_view(reinterpret_cast<const char*>(rgb.data), rgb.total() * rgb.elemSize()));
    return fingerprint(hash.hex());
}

constexpr std::size_t kWaves = 8, kHashSide = 32;

}  // namespace

std::uint64_t perceptual_hash(const cv::Mat& rgb) {
    const cv::Mat grey = luminance(resample(rgb, {int{kHashSide}, int{kHashSide}}, ResampleFilter::lanczos));
    std::array<std::array<double, kHashSide>, kWaves> wave{};
    for (std::size_t k = 0; k < kWaves; ++k)
        for (std::size_t x = 0; x < kHashSide; ++x)
            wave[k][x] = std::cos(std::numbers::pi * static_cast<double>(k * (2 * x + 1)) / (2 * kHashSide));
    std::array<double, kWaves * kWaves> strengths{};
    for (std::size_t down = 0; down < kWaves; ++down)
        for (std::size_t y = 0; y < kHashSide; ++y) {
            const unsigned char* row = grey.data + y * kHashSide;
            for (std::size_t across = 0; across < kWaves; ++across) {
                double sum = 0;
                for (std::size_t x = 0; x < kHashSide; ++x) sum += row[x] * wave[across][x];
                strengths[down * kWaves + across] += sum * wave[down][y];
            }
        }
    std::array<double, kWaves * kWaves - 1> others;  // without the mean of the picture
    std::copy(strengths.begin() + 1, strengths.end(), others.begin());
    std::nth_element(others.begin(), others.begin() + others.size() / 2, others.end());
    const double median = others[others.size() / 2];
    std::uint64_t hash = 0;
    for (const double strength : strengths) hash = hash << 1 | (strength >= median ? 1 : 0);
    return hash;
}

PictureFacts measure_picture(const cv::Mat& rgb) {
    const Histogram brightness = squared_brightness(rgb);
    return {.width = rgb.cols,
            .height = rgb.rows,
            .brightest = static_cast<float>(percentile(brightness, 0.99, brightness_of_bin)),
            .darkest = static_cast<float>(1 - percentile(brightness, 0.05, brightness_of_bin)),
            .information = static_cast<float>(std::min(1.0, entropy_in_bits(rgb) / 10)),
            .sharpness = static_cast<float>(sharpness_score(rgb)),
            .hash = perceptual_hash(rgb),
            .pixels = fingerprint_of_pixels(rgb)};
}

}  // namespace graft
