/// @file
/// Losses of targets of which some are not known.
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>

namespace graft {

/// Targets without NaN, and where there was none.
struct KnownTargets {
    explicit KnownTargets(const at::Tensor& targets)
        : mask(targets.isnan().logical_not()), values(targets.nan_to_num(0)) {}
    at::Tensor mask;    ///< bool [N,K]
    at::Tensor values;  ///< float32 [N,K], 0 where nothing is known

    /// The mean over what is known; 0 where nothing is. @param losses [N,K]
    [[nodiscard]] at::Tensor mean_of(const at::Tensor& losses) const {
        return (losses * mask).sum() / mask.sum().clamp_min(1);
    }
};

}  // namespace graft
