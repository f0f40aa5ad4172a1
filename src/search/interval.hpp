/// @file
/// What the values of several trainings say together.
#pragma once

#include <cstddef>
#include <span>

namespace graft {

struct Spread {
    double mean = 0, deviation = 0;  ///< deviation: of a single value, with n - 1
    double low = 0, high = 0;        ///< where the mean lies, to 95 %
};

/// The t-interval of the mean: mean ± t(0.975, independent - 1) × deviation / √independent.
/// @param values at least two
/// @param independent how many of them count as such, at least two: repeats of a cross-validation see the same images
///        again, so that there are as many as folds
[[nodiscard]] Spread spread_of(std::span<const double> values, std::size_t independent);

/// The value that Student's t with `freedom` degrees of freedom exceeds with probability 1 - p; 0.5 <= p < 1.
[[nodiscard]] double t_quantile(double p, double freedom);

}  // namespace graft
