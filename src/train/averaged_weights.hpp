/// @file
/// A moving average of weights, after timm's ModelEmaV3.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "train/weights_snapshot.hpp"

namespace graft {

struct AveragingOptions {
    double decay = 0.9998;  ///< share of the average that a step leaves
    bool warm_up = true;    ///< less in the first steps: 1 - step^(-2/3), and nothing in the first
};

/// Of a phase: it begins with the phase's first step. Batch norms' statistics are averaged too; whole numbers are
/// copied.
class AveragedWeights {
public:
    AveragedWeights(const TorchModule& weights, const AveragingOptions& options);

    /// @param step how many steps the phase has made, this one included
    void add(std::int64_t step);
    /// The average goes into the weights, and they into its place.
    void swap();
    /// A copy of the average, while the weights are in their place.
    [[nodiscard]] std::shared_ptr<const TensorSnapshot> snapshot() const;
    void restore(const TensorSnapshot& snapshot);

private:
    std::vector<at::Tensor> weights_, average_;
    AveragingOptions options_;
};

}  // namespace graft
