/// @file
/// How two forms of one network are compared: on which pictures, by which measure, and how far apart they may be.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "image/preprocessing.hpp"

namespace graft {

/// About what normalised pictures look like: noise, always the same.
/// @return float32 [1,3,height,width]
[[nodiscard]] at::Tensor normalised_probe(const Preprocessing& preprocessing);

/// The same output from two sides.
struct OutputDifference {
    double largest = 0;  ///< of any two values; infinite where shapes differ or a value is not a number
    double reach = 0;    ///< the largest expected value, its sign aside

    /// Whether it is no more than what other kernels, other shapes and folding change: 1e-4 of the largest value.
    [[nodiscard]] bool is_rounding() const;
};
[[nodiscard]] OutputDifference difference_between(const at::Tensor& found, const at::Tensor& expected);

/// difference_between(found, expected).is_rounding()
[[nodiscard]] bool agree(const at::Tensor& found, const at::Tensor& expected);

/// "differs by 0.0123 where outputs reach 1.5", or that the shapes are others.
[[nodiscard]] std::string text_of(const OutputDifference& difference);

}  // namespace graft
