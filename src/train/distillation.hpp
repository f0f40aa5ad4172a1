/// @file
/// Learning from what another model says of the images, besides from their labels (Hinton, Vinyals and Dean 2015).
#pragma once

#include <ATen/core/Tensor.h>

#include "train/training_set.hpp"

namespace graft {

struct Distillation {
    at::Tensor teacher;      ///< logarithms of its probabilities of the training images. float32 [samples, K]
    double temperature = 4;  ///< what both models' scores are divided by
    double weight = 0.5;     ///< its share of the loss
};

/// (1 - weight) * labels + weight * temperature^2 * KL(teacher || student), both softened by the temperature.
/// @param labels the loss of the images' own labels, a scalar
/// @param scores of the student for the batch, [N,K]
/// @param weights of the images, [N], as a Loss takes them; the divergence is the weighted mean too
[[nodiscard]] at::Tensor distilled(const at::Tensor& labels, const at::Tensor& scores, const Batch& batch,
                                   const at::Tensor& weights, const Distillation& distillation);

}  // namespace graft
