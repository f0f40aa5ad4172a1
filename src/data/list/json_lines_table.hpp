/// @file
/// JSON Lines: one JSON object a line.
#pragma once

#include <filesystem>
#include <string_view>

#include "data/list/table.hpp"

namespace graft {

/// read_table of a text in UTF-8, without its mark.
void read_json_lines(std::string_view text, const std::filesystem::path& name, RowTaker& rows);

}  // namespace graft
