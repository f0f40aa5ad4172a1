/// @file
/// How text is laid out for people: widths, cutting, columns. Text is UTF-8; a code point is one column wide.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace graft {

/// Columns that the text takes.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// As much of the text as fits into `columns`.
[[nodiscard]] std::string cut_to_width(std::string_view text, std::size_t columns);

/// The text with spaces behind it (padded_right) or before it (padded_left), so that it takes at least `columns`.
[[nodiscard]] std::string padded_right(std::string_view text, std::size_t columns);
[[nodiscard]] std::string padded_left(std::string_view text, std::size_t columns);

/// Rows of cells as lines with columns two spaces apart: the first column to the left, the others to the right.
[[nodiscard]] std::string aligned(const std::vector<std::vector<std::string>>& rows);

}  // namespace graft
