/// @file
/// Which kind of file a weights file is, by its first bytes.
#pragma once

#include <filesystem>
#include <string>

namespace graft {

enum class WeightsFormat { zip, legacy_pickle, safetensors };

/// Throws DataError naming the file and what it seems to be when graft reads no weights from such files.
[[nodiscard]] WeightsFormat weights_format(const std::filesystem::path& file);

}  // namespace graft
