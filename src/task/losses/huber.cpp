/// Huber's loss: squares of small errors, sizes of large ones, so that single odd targets weigh little.
#include <ATen/ops/huber_loss.h>

#include "task/known.hpp"
#include "task/loss.hpp"

namespace graft {
namespace {

struct HuberOptions {
    double delta = 1;
};
void describe(Fields& fields, HuberOptions& options) {
    fields.field("delta", options.delta, "Errors above it count by their size, in standard deviations of the target.",
                 above(0));
}

Loss build(const HuberOptions& options, const LossContext&) {
    return
        [delta = options.delta](const at::Tensor& scores, const at::Tensor& targets, const at::Tensor& image_weights) {
            const KnownTargets known(targets);
            return known.mean_of(at::huber_loss(scores, known.values, at::Reduction::None, delta), image_weights);
        };
}

}  // namespace

LossRow huber_row() {
    LossRow row = plugin_row<LossRow, HuberOptions>("huber", "Huber's loss: single odd targets weigh little");
    row.tasks = {"regression"};
    row.validates = true;
    return row;
}

}  // namespace graft
