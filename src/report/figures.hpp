/// @file
/// What is computed from counts and predictions for a report.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "graft/record/evaluation.hpp"

namespace graft {

/// Wilson's score interval of a share, 95 %. Of nothing: 0 to 1.
[[nodiscard]] Interval share_interval(std::int64_t hits, std::int64_t of);
/// The same of a share that is known without its count.
[[nodiscard]] Interval share_interval_of(double share, std::int64_t images);

/// Images of one class that were taken for another.
struct ConfusedCell {
    std::size_t truth = 0, predicted = 0;
    std::int64_t count = 0;
};
/// Most images first; of equal counts in the order of the classes.
[[nodiscard]] std::vector<ConfusedCell> confused_cells(const std::vector<std::vector<std::int64_t>>& confusion);

/// "96.3 %", "100 %", "0.4 %".
[[nodiscard]] std::string percent(double share);

}  // namespace graft
