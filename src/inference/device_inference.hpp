/// @file
/// A frozen network on a device beside the CPU: large batches, channels-last, frozen and folded, copied while the one
/// before computes.
#pragma once

#include <memory>

#include "inference/inference.hpp"

namespace graft {

/// Written for any device of LibTorch's; the tests' fake one and the CPU too. A call is always of `images_per_call`
/// images, so that the same kernels run whatever a batch has. Two callers compute at a time; the others prepare
/// pictures meanwhile.
class DeviceInference final : public Inference {
public:
    /// Freezes a copy of `module` (in eval mode) on the device.
    /// @param module, example as in make_inference()
    /// @param where the device as LibTorch has it; `options.device` is what it is called
    /// @throws DeviceMemoryError; Error where the device gives other numbers than the CPU: by more than 1e-3 of the
    ///         largest, or in bfloat16 by more than a tenth as a vector
    DeviceInference(const TorchModule& module, const at::Tensor& example, const c10::Device& where,
                    const InferenceOptions& options);
    ~DeviceInference() override;
    DeviceInference(const DeviceInference&) = delete;
    DeviceInference& operator=(const DeviceInference&) = delete;

    /// @throws DeviceMemoryError
    [[nodiscard]] at::Tensor operator()(const at::Tensor& images) const override;
    [[nodiscard]] std::int64_t images_per_call() const override { return options_.images_per_call; }
    [[nodiscard]] std::size_t callers() const override;
    [[nodiscard]] Device device() const override { return options_.device; }
    [[nodiscard]] const std::string& engine() const override { return engine_; }
    [[nodiscard]] const std::string& note() const override { return note_; }
    [[nodiscard]] const std::string& cause() const override { return note_; }

private:
    class Lanes;
    [[nodiscard]] at::Tensor run(const at::Tensor& images) const;
    void expect_as_on_the_cpu(const TorchModule& plain, const at::Tensor& example) const;

    InferenceOptions options_;
    c10::Device where_;
    mutable TorchModule module_;  // forward() is not const in LibTorch, though it changes nothing here
    std::unique_ptr<Lanes> lanes_;
    std::string engine_ = "frozen", note_;
};

}  // namespace graft
