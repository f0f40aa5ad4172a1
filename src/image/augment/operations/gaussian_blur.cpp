/// Blurs with a Gaussian of a drawn width, as torchvision.transforms.v2.GaussianBlur: a kernel of exp(-x²/2σ²), its sum
/// 1, over the picture mirrored about its outermost pixels, rounded.
#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "image/augment/operation.hpp"

namespace graft {
namespace {

struct GaussianBlur {
    std::int64_t kernel_size = 5;
    std::vector<double> sigma = {0.1, 2.0};
};

void describe(Fields& fields, GaussianBlur& options) {
    fields.field("kernel_size", options.kernel_size, "Side of the kernel, odd.", between(1, 255));
    fields.field("sigma", options.sigma, "Standard deviation in pixels: a number, or lowest and highest.",
                 {above(0), 1, 2});
}

std::vector<std::string> contradictions(const GaussianBlur& options) {
    std::vector<std::string> problems;
    if (options.kernel_size % 2 == 0)
        problems.push_back(format_text("/kernel_size: found {}, allowed are odd numbers", options.kernel_size));
    if (options.sigma.front() > options.sigma.back())
        problems.push_back(
            format_text("/sigma: found [{}, {}], allowed is low <= high", options.sigma.front(), options.sigma.back()));
    return problems;
}

/// [1,size] CV_32F
cv::Mat gaussian(int size, double sigma) {
    cv::Mat kernel(1, size, CV_64F);
    for (int i = 0; i < size; ++i) {
        const double x = i - (size - 1) / 2.0;
        kernel.at<double>(i) = std::exp(-0.5 * x * x / (sigma * sigma));
    }
    cv::Mat normalised;
    kernel.convertTo(normalised, CV_32F, 1 / cv::sum(kernel)[0]);
    return normalised;
}

Operation build(const GaussianBlur& options, const OperationContext& context) {
    const int size = static_cast<int>(options.kernel_size);
    if (size / 2 >= std::min(context.input.width, context.input.height))
        throw ConfigError(
            format_text("gaussian_blur: a kernel of {} pixels is too large for the network's input of {}x{}", size,
                        context.input.height, context.input.width));
    return PictureOperation([options, size](const cv::Mat& rgb, Rng& rng) {
        const cv::Mat kernel = gaussian(size, rng.uniform(options.sigma.front(), options.sigma.back()));
        cv::Mat blurred, rounded;
        cv::sepFilter2D(rgb, blurred, CV_32F, kernel, kernel, {-1, -1}, 0,
                        cv::BORDER_REFLECT_101 | cv::BORDER_ISOLATED);
        blurred.convertTo(rounded, CV_8U);
        return rounded;
    });
}

}  // namespace

OperationRow gaussian_blur_row() { return plugin_row<OperationRow, GaussianBlur>("gaussian_blur", "Blurs every view"); }

}  // namespace graft
