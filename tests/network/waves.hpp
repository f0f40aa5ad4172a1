/// @file
/// Values for tests that are all different and always the same.
#pragma once

#include <ATen/ops/arange.h>
#include <ATen/ops/sin.h>

namespace graft::testing {

/// sin(0.7 i) for the i-th of all values.
inline at::Tensor waves(at::IntArrayRef shape) {
    std::int64_t count = 1;
    for (const std::int64_t size : shape) count *= size;
    return at::sin(at::arange(count, at::kFloat) * 0.7).reshape(shape);
}

}  // namespace graft::testing
