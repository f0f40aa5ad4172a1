#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <vector>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "inference/device_inference.hpp"
#include "inference/fused_inference.hpp"
#include "inference/inference.hpp"
#include "network/torch_device.hpp"

namespace graft {

std::shared_ptr<const Inference> make_inference(const TorchModule& module, const at::Tensor& example,
                                                const InferenceOptions& options) {
    if (options.device.kind == DeviceKind::cpu) return std::make_shared<FusedInference>(module, example, options);
    if (const std::string why = why_absent(options.device); !why.empty())
        throw Error(format_text("device {}: {}", text_of(options.device), why));
    return std::make_shared<DeviceInference>(module, example, torch_device(options.device), options);
}

at::Tensor in_calls_of(std::int64_t per_call, const at::Tensor& images,
                       const std::function<at::Tensor(const at::Tensor&)>& run) {
    const std::int64_t count = images.size(0);
    std::vector<at::Tensor> results;
    {
        const c10::InferenceMode inference;
        for (std::int64_t first = 0; first < count; first += per_call) {
            const std::int64_t part = std::min(per_call, count - first);
            at::Tensor input = images.narrow(0, first, part);
            if (part < per_call) input = at::constant_pad_nd(input, {0, 0, 0, 0, 0, 0, 0, per_call - part});
            results.push_back(run(input).narrow(0, 0, part));
        }
    }
    // Outside of inference mode: autograd may use it.
    return results.size() == 1 ? results.front().clone(at::MemoryFormat::Contiguous) : at::cat(results);
}

}  // namespace graft
