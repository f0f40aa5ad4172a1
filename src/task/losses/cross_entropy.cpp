/// Cross entropy of the softmax of the class scores, as torch.nn.CrossEntropyLoss has it: with weights, the mean is
/// taken over the weights of the batch.
#include <ATen/ops/cross_entropy_loss.h>

#include "task/losses/class_weights.hpp"

namespace graft {
namespace {

struct CrossEntropyOptions {
    double label_smoothing = 0;
    ClassWeights weights;
};

void describe(Fields& fields, CrossEntropyOptions& options) {
    fields.field("label_smoothing", options.label_smoothing,
                 "Share of a label spread over all classes (Szegedy et al. 2016).", from_below(0, 1));
    describe_class_weights(fields, options.weights);
}

Loss build(const CrossEntropyOptions& options, const LossContext& context) {
    return [weights = weights_of_classes(options.weights, context), smoothing = options.label_smoothing](
               const at::Tensor& scores, const at::Tensor& labels) {
        return at::cross_entropy_loss(scores, labels, weights, at::Reduction::Mean, -100, smoothing);
    };
}

}  // namespace

LossRow cross_entropy_row() {
    LossRow row = plugin_row<LossRow, CrossEntropyOptions>("cross_entropy", "Cross entropy of the softmax");
    row.tasks = {"classification"};
    return row;
}

}  // namespace graft
