/// Changes brightness, contrast, saturation and hue in an order that is drawn, as
/// torchvision.transforms.v2.ColorJitter.
#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "image/augment/adjustments.hpp"
#include "image/augment/operation.hpp"

namespace graft {
namespace {

constexpr double kLargestFactor = 10;

struct ColourJitter {
    std::vector<double> brightness = {0.4}, contrast = {0.4}, saturation = {0.4}, hue = {0};
};

struct Range {
    double low, high;
};

/// A single number is how far a factor may be from one.
Range factors(const std::vector<double>& value) {
    if (value.size() == 2) return {value[0], value[1]};
    return {std::max(0.0, 1 - value[0]), 1 + value[0]};
}
Range shifts(const std::vector<double>& value) {
    if (value.size() == 2) return {value[0], value[1]};
    return {-value[0], value[0]};
}

void describe(Fields& fields, ColourJitter& options) {
    const ListLimits factor{between(0, kLargestFactor), 1, 2};
    fields.field("brightness", options.brightness,
                 "Factor: b means 1-b to 1+b, not below 0, two numbers lowest and highest.", factor);
    fields.field("contrast", options.contrast, "The same, of the distance from the mean of the grey values.", factor);
    fields.field("saturation", options.saturation, "The same, of the distance from each pixel's grey value.", factor);
    fields.field("hue", options.hue, "Turn of the hue: h means -h to h of the circle, two numbers lowest and highest.",
                 {between(-0.5, 0.5), 1, 2});
}

std::vector<std::string> contradictions(const ColourJitter& options) {
    std::vector<std::string> problems;
    const auto check = [&](const char* key, const std::vector<double>& value) {
        if (value.front() > value.back())
            problems.push_back(
                format_text("/{}: found [{}, {}], allowed is low <= high", key, value.front(), value.back()));
    };
    check("brightness", options.brightness);
    check("contrast", options.contrast);
    check("saturation", options.saturation);
    check("hue", options.hue);
    if (options.hue.size() == 1 && options.hue[0] < 0)
        problems.push_back(
            format_text("/hue: found {}, a single number is how far the hue may be turned either way: "
                        "allowed are 0 to 0.5",
                        options.hue[0]));
    return problems;
}

/// Always the same seven numbers, whatever is on: the order, then brightness, contrast, saturation and hue.
cv::Mat jittered(const cv::Mat& rgb, const ColourJitter& options, Rng& rng) {
    std::array<int, 4> order = {0, 1, 2, 3};
    shuffle(std::span<int>(order), rng);
    const auto draw = [&rng](Range range) { return rng.uniform(range.low, range.high); };
    const double brightness = draw(factors(options.brightness)), contrast = draw(factors(options.contrast)),
                 saturation = draw(factors(options.saturation)), hue = draw(shifts(options.hue));
    cv::Mat result = rgb;
    for (const int change : order) {
        if (change == 0 && brightness != 1) result = with_brightness(result, brightness);
        if (change == 1 && contrast != 1) result = with_contrast(result, contrast);
        if (change == 2 && saturation != 1) result = with_saturation(result, saturation);
        if (change == 3 && hue != 0) result = with_hue(result, hue);
    }
    return result;
}

Operation build(const ColourJitter& options, const OperationContext&) {
    return PictureOperation([options](const cv::Mat& rgb, Rng& rng) { return jittered(rgb, options, rng); });
}

}  // namespace

OperationRow colour_jitter_row() {
    return plugin_row<OperationRow, ColourJitter>("colour_jitter",
                                                  "Varies brightness, contrast, saturation and hue of every view");
}

}  // namespace graft
