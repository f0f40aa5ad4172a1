#include "train/distillation.hpp"

#include <ATen/ops/log_softmax.h>

namespace graft {

at::Tensor distilled(const at::Tensor& labels, const at::Tensor& scores, const Batch& batch, const at::Tensor& weights,
                     const Distillation& distillation) {
    const double temperature = distillation.temperature;
    const at::Tensor teacher =
        at::log_softmax(rows_of(distillation.teacher, batch) / temperature, 1);  // [N,K], as of its scores
    const at::Tensor student = at::log_softmax(scores / temperature, 1);         // [N,K]
    const at::Tensor divergence = (teacher.exp() * (teacher - student)).sum(1);  // [N]
    const at::Tensor mean = weights.defined() ? (divergence * weights).sum() / weights.sum() : divergence.mean();
    // Gradients of softened scores are 1 / temperature^2 of those of plain ones.
    return (1 - distillation.weight) * labels + distillation.weight * temperature * temperature * mean;
}

}  // namespace graft
