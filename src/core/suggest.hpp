/// @file
/// The nearest known name to a misspelt one, for error messages.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace graft {

/// The candidate with the smallest edit distance (insert, delete, replace, swap of neighbours), ignoring case, or ""
/// when none is near enough to be what was meant (at most a third of the longer one's letters differ). The first of
/// several equally near ones.
[[nodiscard]] std::string nearest_name(std::string_view name, std::span<const std::string> candidates);

/// " (did you mean \"x\"?)" or "".
[[nodiscard]] std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

/// "a, b, c".
[[nodiscard]] std::string comma_separated(std::span<const std::string> names);

}  // namespace graft
