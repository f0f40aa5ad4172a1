/// @file
/// A network as it is, one operator after the other: what faster forms and other devices are compared with.
#pragma once

#include "inference/inference.hpp"

namespace graft {

/// Computes in full float32.
class EagerInference final : public Inference {
public:
    /// Copies `module`, in eval mode, to the device.
    /// @throws Error when LibTorch does not find the device
    explicit EagerInference(const TorchModule& module, const Device& device = {});

    [[nodiscard]] at::Tensor operator()(const at::Tensor& images) const override;
    [[nodiscard]] std::int64_t images_per_call() const override { return 1; }
    [[nodiscard]] std::size_t callers() const override { return 1; }  // each operator uses the whole device
    [[nodiscard]] Device device() const override { return device_; }
    [[nodiscard]] const std::string& engine() const override { return engine_; }
    [[nodiscard]] const std::string& note() const override { return note_; }
    [[nodiscard]] const std::string& cause() const override { return note_; }

private:
    mutable TorchModule module_;  // forward() is not const in LibTorch, though it changes nothing here
    Device device_;
    std::string engine_ = "eager", note_;
};

}  // namespace graft
