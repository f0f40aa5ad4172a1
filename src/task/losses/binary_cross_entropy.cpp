/// Binary cross entropy of the sigmoid of each score, as torch.nn.BCEWithLogitsLoss has it.
#include <ATen/ops/binary_cross_entropy_with_logits.h>

#include "task/loss.hpp"

namespace graft {
namespace {

struct BinaryCrossEntropyOptions {};
void describe(Fields&, BinaryCrossEntropyOptions&) {}

Loss build(const BinaryCrossEntropyOptions&, const LossContext&) {
    return [](const at::Tensor& scores, const at::Tensor& targets) {
        return at::binary_cross_entropy_with_logits(scores, targets);
    };
}

}  // namespace

LossRow binary_cross_entropy_row() {
    LossRow row = plugin_row<LossRow, BinaryCrossEntropyOptions>("binary_cross_entropy",
                                                                 "Binary cross entropy of the sigmoid of each score");
    row.tasks = {"multi_label"};
    return row;
}

}  // namespace graft
