/// @file
/// CSV as RFC 4180 has it.
#pragma once

#include <filesystem>
#include <string_view>

#include "data/list/table.hpp"

namespace graft {

/// read_table of a text in UTF-8, without its mark.
void read_csv(std::string_view text, const std::filesystem::path& name, const TableOptions& options, RowTaker& rows);

}  // namespace graft
