/// Focal loss (Lin et al. 2017), as torchvision's sigmoid_focal_loss has it: binary cross entropy in which what is
/// right already counts little.
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/sigmoid.h>

#include <optional>

#include "task/known.hpp"
#include "task/loss.hpp"

namespace graft {
namespace {

constexpr double kLeastError = 1e-12;  // the power's slope has no end at 0

struct BinaryFocalOptions {
    double gamma = 2;
    std::optional<double> alpha;
};

void describe(Fields& fields, BinaryFocalOptions& options) {
    fields.field("gamma", options.gamma, "How much what is right already loses weight; 0: binary cross entropy.",
                 between(0, 10));
    fields.field("alpha", options.alpha,
                 "Weight of images that have a class, 1 - alpha of the others; `null`: 1 for both.",
                 strictly_between(0, 1));
}

Loss build(const BinaryFocalOptions& options, const LossContext&) {
    return [options](const at::Tensor& scores, const at::Tensor& targets, const at::Tensor& image_weights) {
        const KnownTargets known(targets);
        const at::Tensor &there = known.values, absent = 1 - there;
        const at::Tensor probability = at::sigmoid(scores);
        const at::Tensor wrong = (1 - probability) * there + probability * absent;  // 1 - probability of the truth
        at::Tensor losses = at::binary_cross_entropy_with_logits(scores, there, {}, {}, at::Reduction::None) *
                            wrong.clamp_min(kLeastError).pow(options.gamma);
        if (options.alpha) losses = losses * (*options.alpha * there + (1 - *options.alpha) * absent);
        return known.mean_of(losses, image_weights);
    };
}

}  // namespace

LossRow binary_focal_row() {
    LossRow row = plugin_row<LossRow, BinaryFocalOptions>("binary_focal",
                                                          "Focal loss of the sigmoid of each score (Lin et al. 2017)");
    row.tasks = {"multi_label"};
    return row;
}

}  // namespace graft
