/// @file
/// How text is laid out for people: widths, cutting, columns, numbers. Text is UTF-8; a code point is one column wide.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace graft {

/// Columns that the text takes.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// As much of the text as fits into `columns`.
[[nodiscard]] std::string cut_to_width(std::string_view text, std::size_t columns);

/// "1,234,567".
[[nodiscard]] std::string with_commas(std::int64_t number);

/// "1,234 MB"; below 1 MB in kB, rounded up, so that only nothing is "0 kB".
[[nodiscard]] std::string size_text(std::uint64_t bytes);

/// "0.9643".
[[nodiscard]] std::string four_decimals(double value);

/// Rows of cells as lines with columns two spaces apart: the first column to the left, the others to the right.
[[nodiscard]] std::string aligned(const std::vector<std::vector<std::string>>& rows);

}  // namespace graft
