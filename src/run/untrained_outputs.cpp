#include "run/untrained_outputs.hpp"

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/api/module.h>

namespace graft {

std::vector<std::int64_t> untrained_outputs(const Task& task, std::span<const Sample> training) {
    if (task.kind() != TaskKind::multi_label) return {};
    return absent_classes(training, task.outputs().size());
}

void never_find(const TorchModule& head, std::span<const std::int64_t> outputs) {
    constexpr double kScore = -20;
    const at::NoGradGuard no_grad;
    const TorchModule classifier = head.attr("classifier").toModule();
    for (const std::int64_t k : outputs) {
        classifier.attr("weight").toTensor().select(0, k).zero_();
        classifier.attr("bias").toTensor().select(0, k).fill_(kScore);
    }
}

}  // namespace graft
