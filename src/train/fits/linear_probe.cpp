/// A linear classifier (or regression) with an L2 penalty, to convergence.
#include <ATen/core/Tensor.h>
#include <ATen/ops/linalg_qr.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/optim/lbfgs.h>

#include <algorithm>
#include <optional>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "network/one_thread.hpp"
#include "task/known.hpp"
#include "train/fit.hpp"

namespace graft {
namespace {

constexpr std::int64_t kIterations = 2000;
constexpr std::int64_t kWorthSharing = 4'000'000;       // products of a pass
constexpr double kTolerance = 1e-7, kStillFine = 1e-5;  // of the gradient of the mean loss

/// The same features in coordinates in which the minimum is found soon: around their mean, which the bias takes up,
/// and where there are fewer images than channels in the space that the images span, which the weights never leave.
struct Coordinates {
    explicit Coordinates(const at::Tensor& features) : mean(features.mean(0)), values(features - mean) {
        if (values.size(0) >= values.size(1)) return;
        const auto [q, r] = at::linalg_qr(values.t());
        axes = q;        // [C,N], orthonormal
        values = r.t();  // [N,N]
    }
    /// Weights [K,…] in these coordinates as weights of features.
    [[nodiscard]] at::Tensor back(const at::Tensor& weight) const {
        return axes.defined() ? weight.matmul(axes.t()) : weight;
    }
    at::Tensor mean, values, axes;
};

/// The problem in double precision: in single precision L-BFGS stops short of the minimum.
class Probe {
public:
    Probe(const at::Tensor& features, const FitData& data, const Loss& loss, std::int64_t outputs, double c)
        : features_(features),
          targets_(data.targets.is_floating_point() ? data.targets.to(at::kDouble) : data.targets),
          weights_(data.weights.defined() ? data.weights.to(at::kDouble) : at::Tensor()),
          loss_(loss),
          // The mean loss times the count of the targets is the sum.
          penalty_(0.5 / (c * std::max(count_of_targets(targets_, weights_), 1e-12))),
          stop_(data.stop) {
        weight = at::zeros({outputs, features_.size(1)}, at::kDouble).requires_grad_(true);
        bias = at::zeros({outputs}, at::kDouble).requires_grad_(true);
    }

    /// @return the largest part of the gradient where it ended
    double minimise() {
        const at::AutoGradMode gradients(true);
        const auto objective = [&] {
            if (stop_.stop_requested()) throw Interrupted("interrupted");
            weight.mutable_grad() = at::Tensor();
            bias.mutable_grad() = at::Tensor();
            at::Tensor value =
                loss_(at::linear(features_, weight, bias), targets_, weights_) + penalty_ * weight.square().sum();
            value.backward();
            ++evaluations;
            return value;
        };
        torch::optim::LBFGS optimizer({weight, bias}, torch::optim::LBFGSOptions(1)
                                                          .max_iter(kIterations)
                                                          .max_eval(2 * kIterations)
                                                          .tolerance_grad(kTolerance)
                                                          .tolerance_change(1e-14)
                                                          .history_size(20)
                                                          .line_search_fn("strong_wolfe"));
        optimizer.step(objective);
        (void)objective();
        return std::max(weight.grad().abs().max().item<double>(), bias.grad().abs().max().item<double>());
    }

    at::Tensor weight, bias;  // [K,C], [K]
    int evaluations = 0;

private:
    at::Tensor features_, targets_, weights_;
    const Loss& loss_;
    double penalty_;
    std::stop_token stop_;
};

}  // namespace

Fit linear_probe_fit(double c) {
    return [c](const FitData& data, const Loss& loss, const TorchModule& head) {
        const TorchModule classifier = head.attr("classifier").toModule();
        at::Tensor weight = classifier.attr("weight").toTensor(), bias = classifier.attr("bias").toTensor();
        const Coordinates coordinates(data.features.to(at::kDouble));
        Probe probe(coordinates.values, data, loss, weight.size(0), c);
        std::optional<OneThreadHere> alone;  // small steps end sooner than helpers are woken
        if (weight.size(0) * coordinates.values.numel() < kWorthSharing) alone.emplace();
        const double left = probe.minimise();
        const at::NoGradGuard no_grad;
        const at::Tensor found = coordinates.back(probe.weight);  // [K,C]
        weight.copy_(found);
        bias.copy_(probe.bias - found.matmul(coordinates.mean));
        std::string told = format_text("head: fitted at once to {}, without epochs and optimizer; {}",
                                       count_of(static_cast<std::uint64_t>(data.features.size(0)), "feature"),
                                       count_of(static_cast<std::uint64_t>(probe.evaluations), "evaluation"));
        if (left > kStillFine)
            told +=
                format_text("; it has not come to rest (gradient {:.1e}): a smaller /head/c is easier to fit", left);
        return told;
    };
}

}  // namespace graft
