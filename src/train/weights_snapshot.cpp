#include "train/weights_snapshot.hpp"

#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/api/module.h>

#include "graft/core/errors.hpp"

namespace graft {
namespace {

std::vector<at::Tensor> tensors_of(const TorchModule& module) {
    std::vector<at::Tensor> tensors;
    for (const at::Tensor& parameter : module.parameters()) tensors.push_back(parameter);
    for (const at::Tensor& buffer : module.buffers()) tensors.push_back(buffer);
    return tensors;
}

}  // namespace

at::Tensor copy_on_cpu(const at::Tensor& tensor) {
    const at::Tensor values = tensor.detach();
    return values.is_cpu() ? values.clone() : values.cpu();
}

TensorSnapshot::TensorSnapshot(const TorchModule& module, std::int64_t epoch) : epoch_(epoch) {
    for (const at::Tensor& tensor : tensors_of(module)) values_.push_back(copy_on_cpu(tensor));
}

void TensorSnapshot::restore(const TorchModule& module) const {
    std::vector<at::Tensor> targets = tensors_of(module);
    bool fits = targets.size() == values_.size();
    for (std::size_t i = 0; fits && i < targets.size(); ++i) fits = targets[i].sizes() == values_[i].sizes();
    if (!fits) throw Error("the saved weights do not fit the model of this config");
    const at::NoGradGuard no_grad;
    for (std::size_t i = 0; i < targets.size(); ++i) targets[i].copy_(values_[i]);
}

}  // namespace graft
