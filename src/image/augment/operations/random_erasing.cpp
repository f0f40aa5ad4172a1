/// Fills a drawn rectangle, as torchvision.transforms.v2.RandomErasing (Zhong et al. 2017, "Random Erasing Data
/// Augmentation"), with values of the picture, 0 to 255: the network's normalisation comes later.
#include <cmath>
#include <opencv2/core.hpp>
#include <optional>

#include "core/text.hpp"
#include "image/augment/operation.hpp"

namespace graft {
namespace {

struct RandomErasing {
    double p = 0.5;
    std::vector<double> scale = {0.02, 0.33};
    std::vector<double> ratio = {0.3, 3.3};
    std::vector<double> value = {0};
};

void describe(Fields& fields, RandomErasing& options) {
    fields.field("p", options.p, "Share of views that lose a rectangle.", between(0, 1));
    fields.field("scale", options.scale, "Lowest and highest share of the area.", {between(0, 1), 2, 2});
    fields.field("ratio", options.ratio, "Lowest and highest ratio of height to width.", {above(0), 2, 2});
    fields.field("value", options.value, "Filling, 0 to 255: a number, or red, green and blue.",
                 {between(0, 255), 1, 3});
}

std::vector<std::string> contradictions(const RandomErasing& options) {
    std::vector<std::string> problems;
    for (const auto& [key, range] : {std::pair("scale", &options.scale), std::pair("ratio", &options.ratio)})
        if (range->front() > range->back())
            problems.push_back(
                format_text("/{}: found [{}, {}], allowed is low <= high", key, range->front(), range->back()));
    if (options.value.size() == 2) problems.emplace_back("/value: found two numbers, allowed are one or three");
    return problems;
}

/// Ten attempts to draw one that is smaller than the picture.
std::optional<cv::Rect> draw_rectangle(const RandomErasing& options, cv::Size picture, Rng& rng) {
    constexpr int attempts = 10;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        const double area = picture.area() * rng.uniform(options.scale[0], options.scale[1]);
        const double ratio = std::exp(rng.uniform(std::log(options.ratio[0]), std::log(options.ratio[1])));
        const int height = static_cast<int>(std::nearbyint(std::sqrt(area * ratio)));
        const int width = static_cast<int>(std::nearbyint(std::sqrt(area / ratio)));
        if (height >= picture.height || width >= picture.width) continue;
        const auto up_to = [&rng](int last) {
            return static_cast<int>(rng.below(static_cast<std::uint64_t>(last) + 1));
        };
        const int top = up_to(picture.height - height), left = up_to(picture.width - width);
        return cv::Rect(left, top, width, height);
    }
    return std::nullopt;
}

Operation build(const RandomErasing& options, const OperationContext&) {
    const cv::Scalar colour(options.value.front(), options.value[options.value.size() / 2], options.value.back());
    return PictureOperation([options, colour](const cv::Mat& rgb, Rng& rng) {
        if (!rng.bernoulli(options.p)) return rgb;
        const std::optional<cv::Rect> rectangle = draw_rectangle(options, rgb.size(), rng);
        if (!rectangle) return rgb;
        cv::Mat erased = rgb.clone();
        erased(*rectangle).setTo(colour);
        return erased;
    });
}

}  // namespace

OperationRow random_erasing_row() {
    return plugin_row<OperationRow, RandomErasing>("random_erasing", "Fills a rectangle in some views");
}

}  // namespace graft
