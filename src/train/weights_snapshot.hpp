/// @file
/// The values of a module at one moment.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "graft/train/callback.hpp"
#include "network/layers.hpp"

namespace graft {

/// Of a tensor on any device.
[[nodiscard]] at::Tensor copy_on_cpu(const at::Tensor& tensor);

/// Copies of all parameters, then all buffers, in the module's order; on the CPU, wherever the module is.
class TensorSnapshot final : public WeightsSnapshot {
public:
    /// @param epoch that the values are of, counted from 0
    explicit TensorSnapshot(const TorchModule& module, std::int64_t epoch = 0);
    explicit TensorSnapshot(std::vector<at::Tensor> values, std::int64_t epoch = 0)
        : values_(std::move(values)), epoch_(epoch) {}

    /// Copies the values back. Throws Error when the module has other tensors than the one they came from.
    void restore(const TorchModule& module) const;
    [[nodiscard]] const std::vector<at::Tensor>& values() const { return values_; }
    [[nodiscard]] std::int64_t epoch() const { return epoch_; }

private:
    std::vector<at::Tensor> values_;
    std::int64_t epoch_ = 0;
};

}  // namespace graft
