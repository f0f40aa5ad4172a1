/// @file
/// The values of a module at one moment.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "network/layers.hpp"
#include "train/callback_table.hpp"

namespace graft {

/// Copies of all parameters, then all buffers, in the module's order.
class TensorSnapshot final : public WeightsSnapshot {
public:
    explicit TensorSnapshot(const TorchModule& module);
    explicit TensorSnapshot(std::vector<at::Tensor> values) : values_(std::move(values)) {}

    /// Copies the values back. Throws Error when the module has other tensors than the one they came from.
    void restore(const TorchModule& module) const;
    [[nodiscard]] const std::vector<at::Tensor>& values() const { return values_; }

private:
    std::vector<at::Tensor> values_;
};

}  // namespace graft
