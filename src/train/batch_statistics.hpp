/// @file
/// Statistics of batch norms that fit the weights of the moment.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "network/training_graph.hpp"

namespace graft {

/// Mean and variance of all batches together for each batch norm of a scion's stages, with the weights as they are
/// ("precise BN", Wu and Johnson 2021). What batch norms follow while they train lags behind: with a momentum of 0.01,
/// as EfficientNet-Lite has it, by a hundred steps.
class BatchStatistics {
public:
    explicit BatchStatistics(const TorchModule& scion);
    /// Computes a batch as in training. The batch norms are left with the statistics of this batch.
    void add(const at::Tensor& features);
    /// Hands what was found to the batch norms; nothing where no batch was added.
    void settle();

private:
    struct Norm {
        at::Tensor mean, variance;               ///< the module's own
        at::Tensor sum_of_means, second_moment;  ///< over all images, float64 [C]
    };

    TorchModule scion_;
    TrainingGraph graph_;
    std::vector<Norm> norms_;
    std::int64_t images_ = 0;
};

}  // namespace graft
