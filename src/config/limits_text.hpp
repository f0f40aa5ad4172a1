/// @file
/// What a field allows: the check, and the words for errors and for the documentation.
#pragma once

#include <string>

#include "config/fields.hpp"

namespace graft {

/// A number as people write it, and in full: "0.0001", "20", "1000000", "1e-05".
[[nodiscard]] std::string number_as_text(double value);

/// Four significant digits, for figures in remarks: "0.2691", "12.35", "1e-05".
[[nodiscard]] std::string four_digits(double value);

/// Finite, and allowed by the limits.
[[nodiscard]] bool within(double value, const Limits& limits);

/// "integer >= 1", "number in [0, 1)", "number".
[[nodiscard]] std::string number_text(const std::string& type, const Limits& limits);

/// "a list of 1 to 2 items", "a list of at most 16 items", "a list".
[[nodiscard]] std::string list_text(const ListLimits& limits);

}  // namespace graft
