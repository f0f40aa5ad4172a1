#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "inference/fused_inference.hpp"
#include "inference/inference.hpp"

namespace graft {

std::shared_ptr<const Inference> make_inference(const TorchModule& module, const at::Tensor& example,
                                                const InferenceOptions& options) {
    if (options.device.kind == DeviceKind::cpu) return std::make_shared<FusedInference>(module, example, options);
    throw Error(
        format_text("device {}: graft trains and predicts on the CPU only; `graft verify --device cuda` is what runs "
                    "on a GPU",
                    text_of(options.device)));
}

}  // namespace graft
