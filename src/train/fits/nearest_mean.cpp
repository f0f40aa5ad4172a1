/// Nearest class mean on the unit sphere (Snell et al. 2017 call the means prototypes; cosines as Gidaris and Komodakis
/// 2018 take them).
#include <ATen/core/Tensor.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/api/module.h>

#include "core/text.hpp"
#include "train/fit.hpp"

namespace graft {
namespace {

constexpr double kTiny = 1e-12, kSmallestScale = 1, kLargestScale = 100;

at::Tensor lengths(const at::Tensor& rows) { return rows.square().sum(1).clamp_min(kTiny).sqrt(); }  // [N]

/// Images on the unit sphere, and the sums of those of each class.
struct Sums {
    at::Tensor directions;  ///< float64 [N,C]
    at::Tensor labels;      ///< [N]
    at::Tensor weights;     ///< float64 [N]
    at::Tensor of_class;    ///< float64 [K,C]
    at::Tensor images;      ///< int64 [K]
};

Sums sums_of(const FitData& data, std::int64_t classes) {
    const at::Tensor features = data.features.to(at::kDouble);
    Sums sums{.directions = features / lengths(features).unsqueeze(1), .labels = data.targets};
    sums.weights = data.weights.defined() ? data.weights.to(at::kDouble) : at::ones({features.size(0)}, at::kDouble);
    sums.of_class = at::zeros({classes, features.size(1)}, at::kDouble)
                        .index_add_(0, data.targets, sums.directions * sums.weights.unsqueeze(1));
    sums.images = at::zeros({classes}, at::kLong).index_add_(0, data.targets, at::ones_like(data.targets));
    return sums;
}

/// The cosines of images with the class means, each left out of its own class's. Images that are alone in their class
/// have no row. @return float64 [M,K] and their labels [M]
std::pair<at::Tensor, at::Tensor> left_out_cosines(const Sums& sums) {
    const at::Tensor rows = (sums.images.index_select(0, sums.labels) > 1).nonzero().squeeze(1);
    const at::Tensor labels = sums.labels.index_select(0, rows), weights = sums.weights.index_select(0, rows);
    const at::Tensor products = sums.directions.index_select(0, rows).matmul(sums.of_class.t());  // [M,K]
    const at::Tensor squares = sums.of_class.square().sum(1);                                     // [K]
    at::Tensor cosines = at::where(sums.images > 0, products / squares.clamp_min(kTiny).sqrt(), -1.0);
    // (S - w x) x / |S - w x|, where |x| = 1
    const at::Tensor own = products.gather(1, labels.unsqueeze(1)).squeeze(1);
    const at::Tensor rest = squares.index_select(0, labels) - 2 * weights * own + weights.square();
    const at::Tensor cosine = (own - weights) / rest.clamp_min(kTiny).sqrt();
    cosines.scatter_(1, labels.unsqueeze(1), cosine.unsqueeze(1));
    return {cosines, labels};
}

/// The scale with the lowest cross entropy, by bisection: the slope grows with the scale. As Platt (1999) takes them,
/// targets stop short of 1, for few images never tell that a class is certain.
double best_scale(const at::Tensor& cosines, const at::Tensor& labels) {
    const auto images = static_cast<double>(labels.size(0));
    const auto others = static_cast<double>(cosines.size(1) - 1);
    at::Tensor targets = at::full_like(cosines, 1 / ((images + 2) * others));
    targets.scatter_(1, labels.unsqueeze(1), (images + 1) / (images + 2));
    const auto slope = [&](double scale) {
        return ((at::softmax(scale * cosines, 1) - targets) * cosines).sum().item<double>();
    };
    double low = kSmallestScale, high = kLargestScale;
    while (high - low > 1e-6 * low) {
        const double middle = 0.5 * (low + high);
        (slope(middle) < 0 ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

double fitted_scale(const Sums& sums) {
    const auto [cosines, labels] = left_out_cosines(sums);
    return labels.size(0) == 0 ? kUsualScale : best_scale(cosines, labels);
}

}  // namespace

Fit nearest_mean_fit(std::optional<double> scale) {
    return [scale](const FitData& data, const Loss&, const TorchModule& head) {
        const at::NoGradGuard no_grad;
        const TorchModule classifier = head.attr("classifier").toModule();
        at::Tensor weight = classifier.attr("weight").toTensor(), bias = classifier.attr("bias").toTensor();
        const Sums sums = sums_of(data, weight.size(0));
        const double chosen = scale ? *scale : fitted_scale(sums);
        weight.copy_(sums.of_class / lengths(sums.of_class).unsqueeze(1) * chosen);
        bias.copy_(at::where(sums.images > 0, 0.0, -chosen));  // of no image: a cosine of -1
        return format_text("head: fitted at once to {}, without epochs and optimizer; cosines are multiplied by {:.1f}",
                           count_of(static_cast<std::uint64_t>(data.features.size(0)), "feature"), chosen);
    };
}

}  // namespace graft
