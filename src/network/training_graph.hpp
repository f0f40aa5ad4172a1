/// @file
/// A network as it is trained.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <memory>

#include "network/layers.hpp"
#include "network/stochastic_depth.hpp"

namespace graft {

/// What a graph does otherwise than the module's source.
struct GraphChanges {
    ResidualSums residual_sums;    ///< whose branches may be left out
    bool cpu_operators = true;     ///< convolutions and clamps are those that are fast on the CPU
    bool last_statistics = false;  ///< batch norms in training take the statistics of the batch as their own, whatever
                                   ///< their momentum
};

/// Computes what the module's `forward` does, with gradients: as written, without LibTorch's profiling, and on
/// the CPU with conv2d_to_train for convolutions in groups and hardtanh for clamp. Parameters and modes are the
/// module's at the time of each call. Threads may call it at once. What it has of stochastic depth the module itself
/// does not have.
class TrainingGraph {
public:
    explicit TrainingGraph(const TorchModule& module, const GraphChanges& changes = {});
    ~TrainingGraph();
    TrainingGraph(TrainingGraph&&) noexcept;
    TrainingGraph& operator=(TrainingGraph&&) noexcept;
    TrainingGraph(const TrainingGraph&) = delete;
    TrainingGraph& operator=(const TrainingGraph&) = delete;

    /// @param kept what each image's branch is multiplied by in each residual sum, float32 [N,residual_sums()];
    ///     undefined: branches are added as they are
    [[nodiscard]] at::Tensor operator()(const at::Tensor& input, const at::Tensor& kept = {}) const;
    [[nodiscard]] std::size_t residual_sums() const;
    /// Whether a part of it may draw random numbers, as dropout does.
    [[nodiscard]] bool draws() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace graft
