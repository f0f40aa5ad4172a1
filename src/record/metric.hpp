/// @file
/// What a run measures of itself.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/enum_names.hpp"

namespace graft {

/// Which of two values of a metric is better.
enum class Direction {
    min,  ///< the smaller one
    max,  ///< the larger one
};
template <>
inline constexpr auto enum_names<Direction> = std::to_array<std::string_view>({"min", "max"});

/// What the name of a metric of the validation part begins with.
inline constexpr std::string_view kValidationPrefix = "val_";

/// 0 where the whole is.
[[nodiscard]] inline double ratio(std::int64_t part, std::int64_t whole) {
    return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// A metric that a run produces in every epoch.
struct ProducedMetric {
    std::string name;  ///< as in EpochRecord::metrics: "loss", "val_accuracy"
    Direction better = Direction::min;
};

[[nodiscard]] inline std::vector<std::string> names_of(std::span<const ProducedMetric> metrics) {
    std::vector<std::string> names;
    for (const ProducedMetric& metric : metrics) names.push_back(metric.name);
    return names;
}

}  // namespace graft
