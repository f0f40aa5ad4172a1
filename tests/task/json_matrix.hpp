/// @file
/// Tensors of goldens.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <cmath>
#include <cstdint>

#include "config/json.hpp"

namespace graft::testing {

/// float32, a row for each row; null is NaN: what is not known.
inline at::Tensor matrix(const Json& rows) {
    const auto count = static_cast<std::int64_t>(rows.size()), width = static_cast<std::int64_t>(rows.front().size());
    at::Tensor values = at::empty({count, width});
    float* value = values.data_ptr<float>();
    for (const Json& row : rows)
        for (const Json& entry : row) *value++ = entry.is_null() ? std::nanf("") : entry.get<float>();
    return values;
}

}  // namespace graft::testing
