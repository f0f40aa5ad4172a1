/// Makes a drawn part of the picture the network's input, as torchvision.transforms.v2.RandomResizedCrop.
#include <cmath>
#include <opencv2/core/types.hpp>

#include "core/text.hpp"
#include "image/augment/operation.hpp"

namespace graft {
namespace {

struct RandomResizedCrop {
    std::vector<double> scale = {0.08, 1};
    std::vector<double> ratio = {3.0 / 4.0, 4.0 / 3.0};
};

void describe(Fields& fields, RandomResizedCrop& options) {
    fields.field("scale", options.scale, "Lowest and highest share of the area that is kept.",
                 {{0.0, 1.0, true, false}, 2, 2});
    fields.field("ratio", options.ratio, "Lowest and highest ratio of width to height.", {above(0), 2, 2});
}

std::vector<std::string> contradictions(const RandomResizedCrop& options) {
    std::vector<std::string> problems;
    for (const auto& [key, range] : {std::pair("scale", &options.scale), std::pair("ratio", &options.ratio)})
        if (range->front() > range->back())
            problems.push_back(
                format_text("/{}: found [{}, {}], allowed is low <= high", key, range->front(), range->back()));
    return problems;
}

int rounded(double length) { return static_cast<int>(std::nearbyint(length)); }

/// The largest part in the middle of the picture whose ratio is allowed.
cv::Rect central_part(const RandomResizedCrop& options, cv::Size picture) {
    const double ratio = double(picture.width) / picture.height;
    cv::Size part = picture;
    if (ratio < options.ratio.front())
        part.height = std::max(1, rounded(picture.width / options.ratio.front()));
    else if (ratio > options.ratio.back())
        part.width = std::max(1, rounded(picture.height * options.ratio.back()));
    return {{(picture.width - part.width) / 2, (picture.height - part.height) / 2}, part};
}

/// Ten attempts to draw a part that lies in the picture.
cv::Rect draw_part(const RandomResizedCrop& options, cv::Size picture, Rng& rng) {
    constexpr int attempts = 10;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        const double area = double(picture.width) * picture.height * rng.uniform(options.scale[0], options.scale[1]);
        const double ratio = std::exp(rng.uniform(std::log(options.ratio[0]), std::log(options.ratio[1])));
        const int width = rounded(std::sqrt(area * ratio)), height = rounded(std::sqrt(area / ratio));
        if (width < 1 || width > picture.width || height < 1 || height > picture.height) continue;
        const auto up_to = [&rng](int last) {
            return static_cast<int>(rng.below(static_cast<std::uint64_t>(last) + 1));
        };
        const int top = up_to(picture.height - height), left = up_to(picture.width - width);
        return {left, top, width, height};
    }
    return central_part(options, picture);
}

Operation build(const RandomResizedCrop& options, const OperationContext&) {
    return WindowOperation([options](cv::Size picture, Rng& rng) { return draw_part(options, picture, rng); });
}

}  // namespace

OperationRow random_resized_crop_row() {
    auto row = plugin_row<OperationRow, RandomResizedCrop>("random_resized_crop",
                                                           "Makes a drawn part of the picture the network's input");
    row.takes_a_window = true;
    return row;
}

}  // namespace graft
