/// Pads the picture and cuts one of its size out of that, as torchvision.transforms.v2.RandomCrop(size, padding), which
/// recipes for CIFAR start with: RandomCrop(32, padding=4).
#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "image/augment/operation.hpp"

namespace graft {

namespace {
enum class PaddingMode { constant, edge, reflect, symmetric };
}  // namespace
template <>
inline constexpr auto enum_names<PaddingMode> = std::to_array<std::string_view>({"constant", "edge", "reflect",
                                                                                 "symmetric"});

namespace {

struct RandomCrop {
    double padding = 0.125;
    PaddingMode padding_mode = PaddingMode::constant;
    std::vector<double> fill = {0};
};

void describe(Fields& fields, RandomCrop& options) {
    constexpr double longest = 4096;
    fields.field("padding", options.padding,
                 "Padding of each side: below 1 a share of width and height, from 1 on pixels of the input.",
                 {0.0, longest, true, false});
    fields.choice("padding_mode", options.padding_mode,
                  "`constant`: `fill`; `edge`: the outermost pixels; the picture mirrored about them (`reflect`) or "
                  "about its edge (`symmetric`).");
    fields.field("fill", options.fill, "Value for `constant`, 0 to 255: a number, or red, green and blue.",
                 {between(0, 255), 1, 3});
}

std::vector<std::string> contradictions(const RandomCrop& options) {
    if (options.fill.size() != 2) return {};
    return {"/fill: found two numbers, allowed are one or three"};
}

int opencv_border(PaddingMode mode) {
    switch (mode) {
        case PaddingMode::constant: return cv::BORDER_CONSTANT;
        case PaddingMode::edge: return cv::BORDER_REPLICATE;
        case PaddingMode::reflect: return cv::BORDER_REFLECT_101;
        case PaddingMode::symmetric: return cv::BORDER_REFLECT;
    }
    return cv::BORDER_CONSTANT;
}

/// The picture moved by whole pixels: what is cut out of the padded one.
cv::Mat moved(const cv::Mat& rgb, cv::Point corner, const RandomCrop& options) {
    const cv::Rect picture({0, 0}, rgb.size());
    const cv::Rect seen = cv::Rect(corner, rgb.size()) & picture;
    const cv::Scalar colour(options.fill.front(), options.fill[options.fill.size() / 2], options.fill.back());
    if (options.padding_mode == PaddingMode::constant) {
        cv::Mat result(rgb.size(), CV_8UC3, colour);
        if (!seen.empty()) rgb(seen).copyTo(result(seen - corner));
        return result;
    }
    const int x = std::abs(corner.x), y = std::abs(corner.y);
    cv::Mat padded;
    cv::copyMakeBorder(rgb, padded, y, y, x, x, opencv_border(options.padding_mode) | cv::BORDER_ISOLATED);
    return padded(cv::Rect({x + corner.x, y + corner.y}, rgb.size())).clone();
}

Operation build(const RandomCrop& options, const OperationContext& context) {
    const auto pixels = [&](int side) {
        return static_cast<int>(std::nearbyint(options.padding < 1 ? options.padding * side : options.padding));
    };
    const int x = pixels(context.input.width), y = pixels(context.input.height);
    const int spare = options.padding_mode == PaddingMode::reflect ? 1 : 0;
    if (options.padding_mode != PaddingMode::constant && options.padding_mode != PaddingMode::edge &&
        (x + spare > context.input.width || y + spare > context.input.height))
        throw ConfigError(
            format_text("random_crop: a padding of {} pixels is too large for mirroring the network's "
                        "input of {}x{}",
                        std::max(x, y), context.input.height, context.input.width));
    return PictureOperation([options, x, y](const cv::Mat& rgb, Rng& rng) {
        const auto draw = [&rng](int most) {
            return static_cast<int>(rng.below(2 * static_cast<std::uint64_t>(most) + 1)) - most;
        };
        const int down = draw(y), right = draw(x);
        return moved(rgb, {right, down}, options);
    });
}

}  // namespace

OperationRow random_crop_row() {
    return plugin_row<OperationRow, RandomCrop>("random_crop", "Pads the picture and cuts one of its size out of that");
}

}  // namespace graft
