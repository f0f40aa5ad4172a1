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
    return [of_classes = weights_of_classes(options.weights, context), smoothing = options.label_smoothing](
               const at::Tensor& scores, const at::Tensor& labels, const at::Tensor& image_weights) {
        std::optional<at::Tensor> classes = of_classes;
        if (classes) classes = classes->to(scores.dtype());
        if (!image_weights.defined())
            return at::cross_entropy_loss(scores, labels, classes, at::Reduction::Mean, -100, smoothing);
        const at::Tensor losses =
            at::cross_entropy_loss(scores, labels, classes, at::Reduction::None, -100, smoothing);  // [N]
        const bool of_one_class = labels.dim() == 1;
        const at::Tensor counts =
            classes && of_one_class ? image_weights * classes->index_select(0, labels) : image_weights;
        return (losses * image_weights).sum() / counts.sum();
    };
}

}  // namespace

LossRow cross_entropy_row() {
    LossRow row = plugin_row<LossRow, CrossEntropyOptions>("cross_entropy", "Cross entropy of the softmax");
    row.tasks = {"classification"};
    return row;
}

}  // namespace graft
