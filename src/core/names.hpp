/// @file
/// Names: the nearest one to a misspelt one, and names chosen by patterns.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace graft {

/// The candidate with the smallest edit distance (insert, delete, replace, swap of neighbours), ignoring case, or ""
/// when none is near enough to be what was meant (at most a third of the longer one's letters differ). The first of
/// several equally near ones.
[[nodiscard]] std::string nearest_name(std::string_view name, std::span<const std::string> candidates);

/// " (did you mean \"x\"?)" or "".
[[nodiscard]] std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

/// Whether `name` is what the pattern says, all of it, as fnmatch(3) has it: `*` stands for any letters, also none,
/// `?` for one, `[ab]` for one of these: "fc.*", "*.bias".
[[nodiscard]] bool matches(const std::string& pattern, const std::string& name);

/// Whether one of the patterns matches.
[[nodiscard]] bool matches_any(std::span<const std::string> patterns, const std::string& name);

}  // namespace graft
