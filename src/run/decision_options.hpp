/// @file
/// /decision: when the model of a run says "unknown".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/fields.hpp"
#include "graft/record/decision.hpp"

namespace graft {

struct DecisionOptions : Decision {
    std::optional<double> accuracy;     ///< min_confidence is what gives this on the validation images
    std::optional<double> known_share;  ///< max_distance is what so many of the validation images keep to
    std::int64_t neighbour = 1;         ///< distances are to the so manieth nearest training image

    [[nodiscard]] bool asks_distance() const { return known_share || max_distance; }
};
void describe(Fields& fields, DecisionOptions& options);
[[nodiscard]] std::vector<std::string> contradictions(const DecisionOptions& options);

}  // namespace graft
