/// @file
/// Numbers that are not known, NaN here, are null in documents: JSON has no NaN.
#pragma once

#include <cmath>
#include <limits>

#include "config/json.hpp"

namespace graft {

[[nodiscard]] inline Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

[[nodiscard]] inline double number_or_nan(const Json& json) {
    return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

/// NaN also where there is no such key.
[[nodiscard]] inline double number_or_nan(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found == json.end() ? std::numeric_limits<double>::quiet_NaN() : number_or_nan(*found);
}

}  // namespace graft
