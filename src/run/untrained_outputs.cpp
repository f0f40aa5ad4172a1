#include "run/untrained_outputs.hpp"

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/api/module.h>

namespace graft {

std::vector<std::int64_t> untrained_outputs(const Task& task, std::span<const Sample> training) {
    std::vector<std::int64_t> untrained;
    if (task.kind() != TaskKind::multi_label) return untrained;
    const std::vector<std::int64_t> counts = task.counts(training);
    for (std::size_t k = 0; k < counts.size(); ++k)
        if (counts[k] == 0) untrained.push_back(static_cast<std::int64_t>(k));
    return untrained;
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
