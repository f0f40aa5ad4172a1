/// @file
/// What a field allows: the check, and the words for errors and for the documentation.
#pragma once

#include <string>

#include "config/fields.hpp"

namespace graft {

/// Finite, and allowed by the limits.
[[nodiscard]] bool within(double value, const Limits& limits);

/// "integer >= 1", "number in [0, 1)", "number".
[[nodiscard]] std::string number_text(const std::string& type, const Limits& limits);

/// "a list of 1 to 2 items", "a list of at most 16 items", "a list".
[[nodiscard]] std::string list_text(const ListLimits& limits);

}  // namespace graft
