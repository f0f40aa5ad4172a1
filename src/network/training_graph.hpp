/// @file
/// A network as it is trained.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

#include "network/layers.hpp"

namespace graft {

/// Computes what the module's `forward` does, with gradients: as written, without LibTorch's profiling, and with
/// conv2d_to_train for convolutions in groups and hardtanh for clamp. Parameters and modes are the module's at the time
/// of each call. Threads may call it at once.
class TrainingGraph {
public:
    explicit TrainingGraph(const TorchModule& module);
    ~TrainingGraph();
    TrainingGraph(TrainingGraph&&) noexcept;
    TrainingGraph& operator=(TrainingGraph&&) noexcept;
    TrainingGraph(const TrainingGraph&) = delete;
    TrainingGraph& operator=(const TrainingGraph&) = delete;

    [[nodiscard]] at::Tensor operator()(const at::Tensor& input) const;
    /// Whether a part of it may draw random numbers, as dropout does.
    [[nodiscard]] bool draws() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace graft
