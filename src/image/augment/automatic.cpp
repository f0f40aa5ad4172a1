#include "image/augment/automatic.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <opencv2/core.hpp>

#include "image/augment/adjustments.hpp"

namespace graft {
namespace {

/// From positions in the result to the same place in the picture; pixel centres lie at one half, as in Pillow.
using Move = cv::Matx23d;

/// Pillow's nearest pixel: positions in whole 65536ths.
cv::Mat moved_nearest(const cv::Mat& rgb, const Move& move, const cv::Vec3b& fill) {
    const auto fixed = [](double value) { return static_cast<std::int64_t>(std::floor(value * 65536 + 0.5)); };
    std::int64_t row_x = fixed(move(0, 2) + move(0, 0) * 0.5 + move(0, 1) * 0.5);
    std::int64_t row_y = fixed(move(1, 2) + move(1, 0) * 0.5 + move(1, 1) * 0.5);
    const std::int64_t x_by_x = fixed(move(0, 0)), x_by_y = fixed(move(0, 1)), y_by_x = fixed(move(1, 0)),
                       y_by_y = fixed(move(1, 1));
    cv::Mat result(rgb.size(), CV_8UC3);
    for (int y = 0; y < rgb.rows; ++y, row_x += x_by_y, row_y += y_by_y) {
        auto* to = result.ptr<cv::Vec3b>(y);
        std::int64_t at_x = row_x, at_y = row_y;
        for (int x = 0; x < rgb.cols; ++x, at_x += x_by_x, at_y += y_by_x) {
            const std::int64_t column = at_x >> 16, line = at_y >> 16;
            const bool inside = column >= 0 && column < rgb.cols && line >= 0 && line < rgb.rows;
            to[x] = inside ? rgb.at<cv::Vec3b>(static_cast<int>(line), static_cast<int>(column)) : fill;
        }
    }
    return result;
}

/// The four pixels around a position in the picture, its outermost ones repeated; cut, not rounded.
cv::Vec3b between_pixels(const cv::Mat& rgb, double x, double y) {
    const double left = std::floor(x - 0.5), top = std::floor(y - 0.5);
    const double right_share = x - 0.5 - left, lower_share = y - 0.5 - top;
    const auto column = [&](double at) { return std::clamp(static_cast<int>(at), 0, rgb.cols - 1); };
    const auto* upper = rgb.ptr<cv::Vec3b>(std::clamp(static_cast<int>(top), 0, rgb.rows - 1));
    const auto* lower = rgb.ptr<cv::Vec3b>(std::clamp(static_cast<int>(top) + 1, 0, rgb.rows - 1));
    const int first = column(left), second = column(left + 1);
    cv::Vec3b result;
    for (int c = 0; c < 3; ++c) {
        const double above = upper[first][c] + (upper[second][c] - upper[first][c]) * right_share;
        const double below = lower[first][c] + (lower[second][c] - lower[first][c]) * right_share;
        result[c] = static_cast<uchar>(above + (below - above) * lower_share);
    }
    return result;
}

cv::Mat moved_bilinear(const cv::Mat& rgb, const Move& move, const cv::Vec3b& fill) {
    cv::Mat result(rgb.size(), CV_8UC3);
    for (int y = 0; y < rgb.rows; ++y) {
        auto* to = result.ptr<cv::Vec3b>(y);
        for (int x = 0; x < rgb.cols; ++x) {
            const double at_x = move(0, 0) * (x + 0.5) + move(0, 1) * (y + 0.5) + move(0, 2);
            const double at_y = move(1, 0) * (x + 0.5) + move(1, 1) * (y + 0.5) + move(1, 2);
            const bool inside = at_x >= 0 && at_x < rgb.cols && at_y >= 0 && at_y < rgb.rows;
            to[x] = inside ? between_pixels(rgb, at_x, at_y) : fill;
        }
    }
    return result;
}

cv::Mat moved(const cv::Mat& rgb, const Move& move, const StepRendering& rendering) {
    const auto channel = [&](std::size_t i) { return cv::saturate_cast<uchar>(rendering.fill[i]); };
    const std::size_t last = rendering.fill.size() - 1;
    const cv::Vec3b fill(channel(0), channel(std::min<std::size_t>(1, last)), channel(last));
    return rendering.interpolation == StepInterpolation::nearest ? moved_nearest(rgb, move, fill)
                                                                 : moved_bilinear(rgb, move, fill);
}

Move turning(double degrees, cv::Size picture) {
    constexpr double digits = 1e15;  // Pillow's rounding
    const auto rounded = [](double value) { return std::nearbyint(value * digits) / digits; };
    const double angle = degrees * std::numbers::pi / 180;
    const double cosine = rounded(std::cos(angle)), sine = rounded(std::sin(angle));
    const double x = picture.width / 2.0, y = picture.height / 2.0;
    return {cosine, -sine, cosine * -x - sine * -y + x, sine, cosine, sine * -x + cosine * -y + y};
}

/// Of `bins` numbers evenly from `low` to `high`, number `bin`, in single precision and from both ends as PyTorch's
/// linspace, with its one rounding for product and sum: 16 pixels of 32 come out as 15.999998, which is cut to 15.
double evenly(double low, double high, int bin, int bins) {
    const auto first = static_cast<float>(low), last = static_cast<float>(high);
    const float step = (last - first) / static_cast<float>(bins - 1);
    return bin < bins / 2 ? std::fma(step, static_cast<float>(bin), first)
                          : std::fma(-step, static_cast<float>(bins - bin - 1), last);
}

struct Strongest {
    double shear, translate_x, translate_y, rotate, factor, dropped_bits;
};

Strongest strongest(MagnitudeTable table, cv::Size picture) {
    if (table == MagnitudeTable::trivial_augment_wide) return {0.99, 32, 32, 135, 0.99, 6};
    return {0.3, 150.0 / 331.0 * picture.width, 150.0 / 331.0 * picture.height, 30, 0.9, 4};
}

}  // namespace

void describe(Fields& fields, StepRendering& rendering) {
    fields.choice("interpolation", rendering.interpolation, "For steps that turn, shear or move the picture.");
    fields.field("fill", rendering.fill, "Beyond the edge, 0 to 255: a number, or red, green and blue.",
                 {between(0, 255), 1, 3});
}

std::vector<std::string> contradictions(const StepRendering& rendering) {
    if (rendering.fill.size() != 2) return {};
    return {"/fill: found two numbers, allowed are one or three"};
}

double magnitude_of(AutomaticStep step, MagnitudeTable table, int bin, int bins, cv::Size picture) {
    const Strongest most = strongest(table, picture);
    switch (step) {
        case AutomaticStep::shear_x:
        case AutomaticStep::shear_y: return evenly(0, most.shear, bin, bins);
        case AutomaticStep::translate_x: return evenly(0, most.translate_x, bin, bins);
        case AutomaticStep::translate_y: return evenly(0, most.translate_y, bin, bins);
        case AutomaticStep::rotate: return evenly(0, most.rotate, bin, bins);
        case AutomaticStep::brightness:
        case AutomaticStep::color:
        case AutomaticStep::contrast:
        case AutomaticStep::sharpness: return evenly(0, most.factor, bin, bins);
        case AutomaticStep::posterize: {
            const auto bins_per_bit = static_cast<float>((bins - 1) / most.dropped_bits);
            return std::nearbyint(8 - static_cast<float>(bin) / bins_per_bit);
        }
        case AutomaticStep::solarize: return evenly(1, 0, bin, bins);
        case AutomaticStep::identity:
        case AutomaticStep::autocontrast:
        case AutomaticStep::equalize: return 0;
    }
    return 0;
}

bool is_signed(AutomaticStep step) { return step >= AutomaticStep::shear_x && step <= AutomaticStep::sharpness; }

cv::Mat stepped(const cv::Mat& rgb, AutomaticStep step, double magnitude, const StepRendering& rendering) {
    switch (step) {
        case AutomaticStep::identity: return rgb;
        case AutomaticStep::shear_x: return moved(rgb, {1, magnitude, 0, 0, 1, 0}, rendering);
        case AutomaticStep::shear_y: return moved(rgb, {1, 0, 0, magnitude, 1, 0}, rendering);
        case AutomaticStep::translate_x: return moved(rgb, {1, 0, -std::trunc(magnitude), 0, 1, 0}, rendering);
        case AutomaticStep::translate_y: return moved(rgb, {1, 0, 0, 0, 1, -std::trunc(magnitude)}, rendering);
        case AutomaticStep::rotate: return moved(rgb, turning(magnitude, rgb.size()), rendering);
        case AutomaticStep::brightness: return with_brightness(rgb, 1 + magnitude);
        case AutomaticStep::color: return with_saturation(rgb, 1 + magnitude);
        case AutomaticStep::contrast: return with_contrast(rgb, 1 + magnitude);
        case AutomaticStep::sharpness: return with_sharpness(rgb, 1 + magnitude);
        case AutomaticStep::posterize: return posterized(rgb, static_cast<int>(magnitude));
        case AutomaticStep::solarize: return solarized(rgb, 255 * magnitude);
        case AutomaticStep::autocontrast: return auto_contrasted(rgb);
        case AutomaticStep::equalize: return equalized(rgb);
    }
    return rgb;
}

AutomaticStep draw_step(Rng& rng) { return static_cast<AutomaticStep>(rng.below(enum_names<AutomaticStep>.size())); }

}  // namespace graft
