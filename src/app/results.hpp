/// @file
/// What several commands do with their results.
#pragma once

#include <optional>
#include <string>

#include "config/json.hpp"

namespace graft {

/// Prints a document to standard output, indented.
void print_json(const Json& document);

/// Throws GateError when `accuracy` is below `least`. @param what for example "the test accuracy"
void expect_accuracy(const std::string& what, double accuracy, const std::optional<double>& least);

}  // namespace graft
