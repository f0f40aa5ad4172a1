/// @file
/// Names chosen by patterns.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace graft {

/// Whether `name` is what the pattern says, all of it; `*` stands for any letters, also none: "fc.*", "*.bias".
[[nodiscard]] bool matches(std::string_view pattern, std::string_view name);

/// Whether one of the patterns matches.
[[nodiscard]] bool matches_any(std::span<const std::string> patterns, std::string_view name);

}  // namespace graft
