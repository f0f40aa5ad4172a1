/// @file
/// Features with what is known of their samples.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <vector>

#include "features/feature_source.hpp"

namespace graft {

/// Features with the targets of their samples. The features outlive it.
struct TrainingSet {
    FeatureSource* features = nullptr;
    at::Tensor targets;  ///< as Task::targets makes them
    at::Tensor weights;  ///< of samples, float32 [N]; undefined: they all count the same
};

/// Of a tensor with a row for each sample, those of a batch.
[[nodiscard]] at::Tensor rows_of(const at::Tensor& all, const Batch& batch);
/// The targets of a batch's samples.
[[nodiscard]] at::Tensor targets_of(const TrainingSet& set, const Batch& batch);
/// The weights of a batch's samples. [N]; undefined where the set has none
[[nodiscard]] at::Tensor weights_of(const TrainingSet& set, const Batch& batch);

/// 0, 1, … size - 1.
[[nodiscard]] std::vector<std::size_t> in_their_order(std::size_t size);

}  // namespace graft
