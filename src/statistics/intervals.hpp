/// @file
/// Where a number lies with 95 % confidence.
#pragma once

#include <cstdint>
#include <vector>

#include "graft/record/evaluation.hpp"

namespace graft {

/// Wilson's score interval of a share. Nothing for a share of nothing.
[[nodiscard]] Interval wilson(std::int64_t part, std::int64_t whole);

/// The 2.5th and the 97.5th percentile of what resamples gave, linear between neighbours as numpy's. Values that are
/// not finite are left out; nothing when none is left.
[[nodiscard]] Interval percentiles(std::vector<double> values);

/// How often to resample so many images: 1000 times, less often where that would take more than a second or two.
[[nodiscard]] BootstrapRecord bootstrap_of(std::int64_t images, std::int64_t classes);

/// McNemar's exact test, two-sided: how likely it is that of the images on which two models differ one would be right
/// on only so few, were they equally good.
[[nodiscard]] double mcnemar_exact(std::int64_t only_one_right, std::int64_t only_other_right);

}  // namespace graft
