/// @file
/// Places in an order.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

namespace graft {

/// Linear between neighbours, as NumPy's.
/// @param sorted not empty
/// @param share in [0, 1]
[[nodiscard]] inline double quantile(std::span<const double> sorted, double share) {
    const double place = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace graft
