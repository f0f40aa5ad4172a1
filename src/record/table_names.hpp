/// @file
/// Names of classes and numbers in tables.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace graft {

/// How columns that are called like classes or numbers are headed, so that no two columns of a table have one name:
/// where another column has it already, `_2` (or `_3`, …) stands behind it.
/// @param own names, each another one
/// @param fixed headings of the table's other columns
[[nodiscard]] std::vector<std::string> headings_of(std::span<const std::string> own,
                                                   std::span<const std::string> fixed);

/// Cells as a line of CSV, without its end.
[[nodiscard]] std::string csv_line(std::span<const std::string> cells);

/// Several classes in one cell, with | between them. A | in a name is written as escaped() writes bytes, `\x7C`, and so
/// is read again.
[[nodiscard]] std::string class_cell(std::span<const std::string> classes);
/// Whether a class is one of those in such a cell.
[[nodiscard]] bool names_class(std::string_view cell, const std::string& name);

}  // namespace graft
