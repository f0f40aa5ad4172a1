#include "run/held_out.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <deque>
#include <map>

#include "core/random.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "train/training_set.hpp"

namespace graft {
namespace {

/// What is minimised: the mean cross entropy of N images and 1 / (2 N) times the squares of the weights.
struct RegressionProblem {
    at::Tensor inputs;   // [N,C+1], the last column ones
    at::Tensor targets;  // [N,K], one-hot
    /// @param weights [C+1,K]; the last row, the biases, is not punished
    [[nodiscard]] std::pair<double, at::Tensor> loss_and_gradient(const at::Tensor& weights) const {
        const auto images = static_cast<double>(inputs.size(0));
        const at::Tensor scores = at::mm(inputs, weights);  // [N,K]
        const at::Tensor logs = at::log_softmax(scores, 1);
        at::Tensor punished = weights.clone();
        punished[-1].zero_();
        const double loss =
            -(logs * targets).sum().item<double>() / images + 0.5 * punished.square().sum().item<double>() / images;
        return {loss, (at::mm(inputs.t(), logs.exp() - targets) + punished) / images};
    }
};

/// The direction of L-BFGS from the last steps and changes of the gradient.
at::Tensor descent(const at::Tensor& gradient, const std::deque<std::pair<at::Tensor, at::Tensor>>& past) {
    at::Tensor direction = -gradient;
    std::vector<double> shares(past.size());
    const auto dot = [](const at::Tensor& a, const at::Tensor& b) { return (a * b).sum().item<double>(); };
    for (std::size_t i = past.size(); i-- > 0;) {
        const auto& [step, change] = past[i];
        shares[i] = dot(step, direction) / dot(step, change);
        direction = direction - shares[i] * change;
    }
    if (!past.empty()) {
        const auto& [step, change] = past.back();
        direction = direction * (dot(step, change) / dot(change, change));
    }
    for (std::size_t i = 0; i < past.size(); ++i) {
        const auto& [step, change] = past[i];
        direction = direction + (shares[i] - dot(change, direction) / dot(step, change)) * step;
    }
    return direction;
}

/// [C+1,K]. The problem is convex: L-BFGS with halved steps until the gradient is small.
at::Tensor solve_regression(const RegressionProblem& problem, const std::stop_token& stop) {
    constexpr int most_steps = 200;
    constexpr std::size_t memory = 10;
    constexpr double small_gradient = 1e-4;
    at::Tensor weights = at::zeros({problem.inputs.size(1), problem.targets.size(1)});
    auto [loss, gradient] = problem.loss_and_gradient(weights);
    std::deque<std::pair<at::Tensor, at::Tensor>> past;
    for (int i = 0; i < most_steps && !stop.stop_requested(); ++i) {
        if (gradient.abs().max().item<double>() < small_gradient) break;
        const at::Tensor direction = descent(gradient, past);
        const double slope = (direction * gradient).sum().item<double>();
        double length = 1;
        at::Tensor tried = weights + direction;
        auto [next_loss, next_gradient] = problem.loss_and_gradient(tried);
        for (; next_loss > loss + 1e-4 * length * slope && length > 1e-6; length /= 2) {
            tried = weights + (length / 2) * direction;
            std::tie(next_loss, next_gradient) = problem.loss_and_gradient(tried);
        }
        if (next_loss >= loss) break;  // float32 says no more
        const at::Tensor step = tried - weights, change = next_gradient - gradient;
        if ((step * change).sum().item<double>() > 1e-12) past.emplace_back(step, change);
        if (past.size() > memory) past.pop_front();
        weights = tried;
        loss = next_loss;
        gradient = next_gradient;
    }
    return weights;
}

at::Tensor with_ones(const at::Tensor& values) { return at::cat({values, at::ones({values.size(0), 1})}, 1); }

/// Probabilities [n,K] for the images at `held_out`, from a regression on those at `seen`.
at::Tensor predict_held_out(const at::Tensor& values, const at::Tensor& targets, const at::Tensor& seen,
                            const at::Tensor& held_out, const std::stop_token& stop) {
    const at::Tensor known = values.index_select(0, seen);
    const at::Tensor mean = known.mean(0, true), spread = known.std(0, false, true);
    const at::Tensor scale = spread.masked_fill(spread < 1e-12, 1);
    const auto prepared = [&](const at::Tensor& some) { return with_ones((some - mean) / scale); };
    const RegressionProblem problem{prepared(known), targets.index_select(0, seen)};
    const at::Tensor weights = solve_regression(problem, stop);
    return at::softmax(at::mm(prepared(values.index_select(0, held_out)), weights), 1);
}

at::Tensor indices_where(const std::vector<std::size_t>& folds, std::size_t fold, bool inside) {
    std::vector<std::int64_t> indices;
    for (std::size_t i = 0; i < folds.size(); ++i)
        if ((folds[i] == fold) == inside) indices.push_back(static_cast<std::int64_t>(i));
    return at::tensor(indices);
}

}  // namespace

std::vector<std::size_t> make_folds(const LabelledVectors& vectors, const HeldOutOptions& options) {
    std::vector<std::size_t> order = in_their_order(vectors.labels.size());
    Rng random = Rng::stream(options.seed, "folds");
    shuffle(std::span(order), random);
    std::vector<std::size_t> folds(order.size()), next(vectors.classes);
    std::map<std::size_t, std::size_t> fold_of_group;
    for (const std::size_t image : order) {
        std::size_t& turn = next[static_cast<std::size_t>(vectors.labels[image])];
        const auto [place, is_new] = fold_of_group.try_emplace(vectors.groups[image], turn % options.folds);
        if (is_new) ++turn;
        folds[image] = place->second;
    }
    return folds;
}

std::vector<float> held_out_probabilities(const LabelledVectors& vectors, const HeldOutOptions& options,
                                          Reporter& reporter) {
    const c10::InferenceMode no_gradients;
    const auto images = static_cast<std::int64_t>(vectors.labels.size());
    const auto classes = static_cast<std::int64_t>(vectors.classes);
    const at::Tensor values =
        at::from_blob(const_cast<float*>(vectors.values.data()),
                      {images, static_cast<std::int64_t>(vectors.values.size()) / std::max<std::int64_t>(images, 1)});
    const at::Tensor labels =
        at::from_blob(const_cast<std::int64_t*>(vectors.labels.data()), {images}, at::TensorOptions(at::kLong));
    const at::Tensor targets = at::one_hot(labels, classes).to(at::kFloat);
    const std::vector<std::size_t> folds = make_folds(vectors, options);
    at::Tensor probabilities = at::zeros({images, classes});
    reporter.start("learning the classes", options.folds, "folds");
    for (std::size_t fold = 0; fold < options.folds; ++fold) {
        const at::Tensor held_out = indices_where(folds, fold, true), seen = indices_where(folds, fold, false);
        if (held_out.numel() > 0 && seen.numel() > 0)
            probabilities.index_copy_(0, held_out, predict_held_out(values, targets, seen, held_out, options.stop));
        if (options.stop.stop_requested()) throw Interrupted("interrupted while label errors were being looked for");
        reporter.advance(fold + 1);
    }
    reporter.finish();
    const float* first = probabilities.const_data_ptr<float>();
    return {first, first + probabilities.numel()};
}

}  // namespace graft
