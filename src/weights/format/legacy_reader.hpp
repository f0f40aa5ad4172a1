/// @file
/// The file format that torch.save wrote before PyTorch 1.6: five pickles, then the bytes of every storage.
/// Source: torch/serialization.py, `_legacy_save`.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "weights/format/weights_content.hpp"

namespace graft {

/// Throws DataError naming the file when it is no such file, damaged, cut off, or wants code to be run.
[[nodiscard]] WeightsContent read_legacy_weights(const std::filesystem::path& file);
/// The same for a file's bytes; `where` stands in messages.
[[nodiscard]] WeightsContent legacy_content(std::string_view bytes, const std::string& where);

}  // namespace graft
