/// Mean absolute error, in standard deviations of the targets.
#include <ATen/ops/l1_loss.h>

#include "task/known.hpp"
#include "task/loss.hpp"

namespace graft {
namespace {

struct AbsoluteErrorOptions {};
void describe(Fields&, AbsoluteErrorOptions&) {}

Loss build(const AbsoluteErrorOptions&, const LossContext&) {
    return [](const at::Tensor& scores, const at::Tensor& targets, const at::Tensor& image_weights) {
        const KnownTargets known(targets);
        return known.mean_of(at::l1_loss(scores, known.values, at::Reduction::None), image_weights);
    };
}

}  // namespace

LossRow absolute_error_row() {
    LossRow row =
        plugin_row<LossRow, AbsoluteErrorOptions>("mae", "Mean absolute error, in standard deviations of the targets");
    row.tasks = {"regression"};
    row.validates = true;
    return row;
}

}  // namespace graft
