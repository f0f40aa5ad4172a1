#include "train/largest_batch.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "network/torch_device.hpp"
#include "train/scion_pass.hpp"

namespace graft {
namespace {

constexpr std::int64_t kLeast = 2;  // a batch norm of vectors has no statistics of one
constexpr double kShareOfMemory = 0.75;
constexpr int kCopiesOfWeights = 3;  // two numbers that an optimizer remembers of each, and an average

/// Apart from the original: its gradients do not reach that.
TorchModule copy_of(const TorchModule& scion) {
    const at::NoGradGuard no_grad;
    return scion.deepcopy();
}

/// A training on the device that no step changes.
class TrialStep {
public:
    TrialStep(const TorchModule& scion, const StepShape& step, const c10::Device& device)
        : step_(step), scion_(copy_of(scion)) {
        for (at::Tensor parameter : scion_.parameters()) parameter.requires_grad_(true);
        set_training_mode(scion_, BatchNorms::adaptive);
        pass_ = device_pass(scion_, device, step.precision, step.depth);
        for (const at::Tensor& parameter : scion_.parameters())
            for (int copy = 0; copy < kCopiesOfWeights; ++copy) beside_.push_back(at::zeros_like(parameter));
    }
    void run(std::int64_t images) {
        std::vector<std::int64_t> shape{images};
        shape.insert(shape.end(), step_.feature_shape.begin(), step_.feature_shape.end());
        pass_->backward(pass_->forward(at::randn(shape)).mean());
    }

private:
    const StepShape& step_;
    TorchModule scion_;
    std::unique_ptr<ScionPass> pass_;
    std::vector<at::Tensor> beside_;
};

bool is_room_left(const c10::Device& device) {
    const std::optional<DeviceMemory> memory = memory_of(device);
    return !memory ||
           static_cast<double>(memory->total - memory->free) <= kShareOfMemory * static_cast<double>(memory->total);
}

std::int64_t largest(const TorchModule& scion, const StepShape& step, const c10::Device& device, std::int64_t most) {
    std::int64_t found = kLeast;
    try {
        TrialStep trial(scion, step, device);
        trial.run(found);
        for (std::int64_t images = 2 * kLeast; images <= most; images *= 2) {
            trial.run(images);
            if (!is_room_left(device)) break;
            found = images;
        }
    } catch (const DeviceMemoryError&) {
        if (found == kLeast) throw;
        if (!memory_of(device)) found = std::max(kLeast, found / 2);
    }
    return found;
}

}  // namespace

std::int64_t largest_batch(const TorchModule& scion, const StepShape& step, const c10::Device& device,
                           std::int64_t most) {
    const std::int64_t found = largest(scion, step, device, most);
    release_memory(device);
    return found;
}

}  // namespace graft
