/// Focal loss (Lin et al. 2017) of the softmax: cross entropy times (1 - p)^gamma, where p is the probability of the
/// image's class. Weights of classes are its alpha; the mean is taken over them, as cross entropy takes it.
#include <ATen/core/Tensor.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/one_hot.h>

#include "task/losses/class_weights.hpp"

namespace graft {
namespace {

struct FocalOptions {
    double gamma = 2;
    ClassWeights weights;
};

void describe(Fields& fields, FocalOptions& options) {
    fields.field("gamma", options.gamma, "How much less images count that are recognised well; 0: cross entropy.",
                 at_least(0));
    describe_class_weights(fields, options.weights);
}

Loss build(const FocalOptions& options, const LossContext& context) {
    return [of_classes = weights_of_classes(options.weights, context), gamma = options.gamma](
               const at::Tensor& scores, const at::Tensor& labels, const at::Tensor& image_weights) {
        at::Tensor targets = labels.dim() == 2 ? labels : at::one_hot(labels, scores.size(1)).to(scores.dtype());
        if (image_weights.defined()) targets = targets * image_weights.unsqueeze(1);
        const at::Tensor unweighted = targets;
        if (of_classes) targets = targets * *of_classes;
        const at::Tensor logarithms = at::log_softmax(scores, 1);           // [N,K]
        const at::Tensor missing = (1 - logarithms.exp()).clamp_min(1e-7);  // the power's slope stays finite
        const at::Tensor losses = -targets * missing.pow(gamma) * logarithms;
        if (labels.dim() == 1) return losses.sum() / targets.sum();
        return image_weights.defined() ? losses.sum() / unweighted.sum()
                                       : losses.sum() / static_cast<double>(labels.size(0));
    };
}

}  // namespace

LossRow focal_row() {
    LossRow row = plugin_row<LossRow, FocalOptions>("focal", "Cross entropy that counts hard images more");
    row.tasks = {"classification"};
    return row;
}

}  // namespace graft
