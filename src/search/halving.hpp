/// @file
/// Successive halving (Jamieson & Talwalkar 2016; ASHA's rule of Li et al. 2020): few epochs for all, all epochs for
/// few.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "record/metric.hpp"

namespace graft {

struct HalvingOptions {
    std::int64_t reduction = 3;   ///< of the trials that reach a rung the best 1/reduction go on; 1: all
    std::int64_t min_epochs = 1;  ///< of the first rung, at least
};

/// The epochs at which trials are compared, in rising order; the last are all epochs. From the top, each is the one
/// above it divided by `reduction`.
[[nodiscard]] std::vector<std::int64_t> rungs_of(std::int64_t epochs, const HalvingOptions& options);

/// Which of the values go on: those among the best of all that reached the rung so far, but always the best of all.
/// @param earlier of trials that were decided before
/// @param now of those to decide; what is no number never goes on
[[nodiscard]] std::vector<bool> going_on(std::span<const double> earlier, std::span<const double> now, Direction better,
                                         std::int64_t reduction);

/// Whether `a` is better than `b`; what is no number is worse than all.
[[nodiscard]] bool is_better(double a, double b, Direction better);

}  // namespace graft
