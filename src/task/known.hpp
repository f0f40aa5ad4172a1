/// @file
/// Targets of which some are not known: NaN.
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace graft {

/// Targets without NaN, and where there was none.
struct KnownTargets {
    explicit KnownTargets(const at::Tensor& targets)
        : mask(targets.isnan().logical_not()), values(targets.nan_to_num(0)) {}
    at::Tensor mask;    ///< bool [N,K]
    at::Tensor values;  ///< float32 [N,K], 0 where nothing is known

    /// The mean over what is known; 0 where nothing is. @param losses [N,K]
    /// @param weights of the images, [N]; undefined: they all count the same
    [[nodiscard]] at::Tensor mean_of(const at::Tensor& losses, const at::Tensor& weights = {}) const {
        if (!weights.defined()) return (losses * mask).sum() / mask.sum().clamp_min(1);
        const at::Tensor counts = mask * weights.unsqueeze(1);  // [N,K]
        return (losses * counts).sum() / counts.sum().clamp_min(1e-30);
    }
};

/// How much all targets count together: each that is known, as much as its image.
/// @param targets class numbers [N], or [N,K] with NaN for what is not known
/// @param weights of the images, [N]; undefined: they all count 1
[[nodiscard]] inline double count_of_targets(const at::Tensor& targets, const at::Tensor& weights) {
    if (!targets.is_floating_point())
        return weights.defined() ? weights.sum().item<double>() : static_cast<double>(targets.size(0));
    const at::Tensor known = targets.isnan().logical_not();
    return (weights.defined() ? known * weights.unsqueeze(1) : known).sum().item<double>();
}

/// Calls visit(k, score, target) for every target that is known, image by image. @param scores, targets float32 [N,K]
template <class Visit>
void for_each_known(const at::Tensor& scores, const at::Tensor& targets, const Visit& visit) {
    const at::Tensor whole_scores = scores.contiguous(), whole_targets = targets.contiguous();
    const float* score = whole_scores.const_data_ptr<float>();
    const float* target = whole_targets.const_data_ptr<float>();
    for (std::int64_t n = 0; n < targets.size(0); ++n)
        for (std::int64_t k = 0; k < targets.size(1); ++k, ++score, ++target)
            if (!std::isnan(*target)) visit(static_cast<std::size_t>(k), *score, *target);
}

}  // namespace graft
