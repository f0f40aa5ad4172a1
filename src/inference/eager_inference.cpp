#include "inference/eager_inference.hpp"

#include <ATen/core/Tensor.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/api/module.h>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "network/torch_device.hpp"

namespace graft {

EagerInference::EagerInference(const TorchModule& module, const Device& device)
    : module_(module.deepcopy()), device_(device) {
    if (const std::string why = why_absent(device); !why.empty())
        throw Error(format_text("device {}: {}", text_of(device), why));
    module_.eval();
    compute_as_the_cpu_does(torch_device(device));
    module_.to(torch_device(device));
}

at::Tensor EagerInference::operator()(const at::Tensor& images) const {
    at::Tensor output;
    {
        const c10::InferenceMode inference;
        output = module_.forward({images.to(torch_device(device_))}).toTensor().cpu();
    }
    return output.clone(at::MemoryFormat::Contiguous);  // outside of inference mode: autograd may use it
}

}  // namespace graft
