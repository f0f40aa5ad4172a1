/// Mean squared error, in standard deviations of the targets.
#include <ATen/ops/mse_loss.h>

#include "task/known.hpp"
#include "task/loss.hpp"

namespace graft {
namespace {

struct SquaredErrorOptions {};
void describe(Fields&, SquaredErrorOptions&) {}

Loss build(const SquaredErrorOptions&, const LossContext&) {
    return [](const at::Tensor& scores, const at::Tensor& targets, const at::Tensor& image_weights) {
        const KnownTargets known(targets);
        return known.mean_of(at::mse_loss(scores, known.values, at::Reduction::None), image_weights);
    };
}

}  // namespace

LossRow squared_error_row() {
    LossRow row =
        plugin_row<LossRow, SquaredErrorOptions>("mse", "Mean squared error, in standard deviations of the targets");
    row.tasks = {"regression"};
    row.validates = true;
    return row;
}

}  // namespace graft
