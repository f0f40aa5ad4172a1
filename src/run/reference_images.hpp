/// @file
/// The training images that a model compares others with, and how far from them is too far.
#pragma once

#include <ATen/core/Tensor.h>

#include <span>
#include <vector>

#include "data/sample.hpp"
#include "deploy/reference_vectors.hpp"

namespace graft {

/// At most 2,000 images, as many of each class, evenly spaced over those that there are; one of each where there are
/// more classes.
[[nodiscard]] std::vector<Sample> reference_images(std::span<const Sample> train, std::size_t classes);

/// Of each vector. @param vectors float32 [N,C]
[[nodiscard]] std::vector<float> distances_from(const ReferenceVectors& references, const at::Tensor& vectors);

/// The least distance, rounded up to four decimals, that this share of some distances keeps to.
/// @param share in (0, 1]
[[nodiscard]] double distance_for(double share, std::span<const float> distances);

}  // namespace graft
