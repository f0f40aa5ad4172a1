#include "train/largest_batch.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>

#include "network/torch_device.hpp"
#include "train/scion_pass.hpp"
#include "train/step_seed.hpp"

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
        seed_.set(0);
        pass_->backward(pass_->forward(at::zeros(shape)).mean());
    }

private:
    const StepShape& step_;
    StepSeed seed_;  // LibTorch's random numbers go on as if nothing had been drawn
    TorchModule scion_;
    std::unique_ptr<ScionPass> pass_;
    std::vector<at::Tensor> beside_;
};

bool is_room_left(const c10::Device& device) {
    const std::optional<DeviceMemory> memory = memory_of(device);
    return !memory ||
           static_cast<double>(memory->total - memory->free) <= kShareOfMemory * static_cast<double>(memory->total);
}

/// What LibTorch keeps of freed memory counts as used: it is given back before each trial, and at last.
class ReleasedMemory {
public:
    explicit ReleasedMemory(const c10::Device& device) : device_(device) { release_memory(device_); }
    ~ReleasedMemory() {
        try {
            release_memory(device_);
        } catch (const std::exception&) {  // the device is lost; who computes next says so
        }
    }
    ReleasedMemory(const ReleasedMemory&) = delete;
    ReleasedMemory& operator=(const ReleasedMemory&) = delete;

private:
    c10::Device device_;
};

}  // namespace

std::int64_t largest_batch(const TorchModule& scion, const StepShape& step, const c10::Device& device,
                           std::int64_t most) {
    const ReleasedMemory none_kept(device);
    std::int64_t found = 0;
    try {
        TrialStep trial(scion, step, device);
        for (std::int64_t images = kLeast; images <= std::max(most, kLeast); images *= 2) {
            release_memory(device);
            trial.run(images);
            if (found > 0 && !is_room_left(device)) break;
            found = images;
        }
    } catch (const DeviceMemoryError&) {
        if (found == 0) throw;
        if (!memory_of(device)) found = std::max(kLeast, found / 2);
    }
    return found;
}

}  // namespace graft
