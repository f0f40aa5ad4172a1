#include "inference/eager_inference.hpp"

#include <ATen/Context.h>
#include <ATen/core/Tensor.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/api/module.h>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
c10::Device torch_device(const Device& device) {
    if (device.kind == DeviceKind::cpu) return c10::kCPU;
    return {c10::kCUDA, static_cast<c10::DeviceIndex>(device.index)};
}

std::string why_absent(const Device& device) {
    if (device.kind == DeviceKind::cpu) return "";
    if (!at::globalContext().hasCUDA())
        return "this LibTorch finds none (it is one for CPUs, or there is no NVIDIA driver or device)";
    const std::int64_t count = at::detail::getCUDAHooks().deviceCount();
    if (device.index < count) return "";
    return format_text("there is no {}: LibTorch finds {}, counted from 0", text_of(device),
                       count_of(static_cast<std::uint64_t>(count), "GPU"));
}

EagerInference::EagerInference(const TorchModule& module, const Device& device)
    : module_(module.deepcopy()), device_(device) {
    if (const std::string why = why_absent(device); !why.empty())
        throw Error(format_text("device {}: {}", text_of(device), why));
    module_.eval();
    if (device.kind == DeviceKind::cpu) return;
    at::globalContext().setAllowTF32CuDNN(false);
    at::globalContext().setAllowTF32CuBLAS(false);
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
