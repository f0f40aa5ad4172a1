/// @file
/// Zip archives that another library is going to read: checked beforehand, because LibTorch takes no notice of CRCs,
/// of names that occur twice, and of how much an archive unpacks to.
#pragma once

#include <filesystem>
#include <string_view>

namespace graft {

/// Reads every record once. Throws DataError naming the file and the record when the archive is damaged or cut off, a
/// CRC is wrong, a name occurs twice, records overlap, or compressed ones unpack to more than 64 MB and eight times the
/// size of the file.
void check_archive(const std::filesystem::path& file);

/// Whether the file is a zip archive with a record `<folder>/<name>`. Nothing is thrown for other or damaged files.
[[nodiscard]] bool archive_holds(const std::filesystem::path& file, std::string_view name);

}  // namespace graft
