/// @file
/// What options take, said as the config's errors say it.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "config/fields.hpp"

namespace graft {

/// "expected integer in [1, 1024], got 2000": refuses other values, also those that are no whole numbers.
[[nodiscard]] CLI::Validator integer_in(const Limits& limits);

/// "expected number in [0, 1], got most".
[[nodiscard]] CLI::Validator number_in(const Limits& limits);

/// The option takes one of these names; help and completion show them. @return the option
CLI::Option* takes_one_of(CLI::Option* option, const std::vector<std::string>& names);

}  // namespace graft
