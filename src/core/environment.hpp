/// @file
/// Variables of the environment.
#pragma once

#include <string>

namespace graft {

/// The value of a variable; "" when it is empty or not set.
[[nodiscard]] std::string environment(const char* name);

}  // namespace graft
