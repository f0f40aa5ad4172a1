/// @file
/// The rows of a CSV file that graft wrote, one after the other.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>

namespace graft {

/// Hands over the header and every row. @throws DataError when the file cannot be read
void for_each_csv_row(const std::filesystem::path& file, const std::function<void(std::span<const std::string>)>& take);

}  // namespace graft
