/// @file
/// The safetensors format: a length, a JSON header, then the tensors' bytes without holes.
/// Source: https://github.com/huggingface/safetensors, README, "Format".
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "weights/format/weights_content.hpp"

namespace graft {

/// Tensors come in the order of their bytes. Throws DataError naming the file and the tensor when the header is
/// malformed or does not describe exactly the bytes that follow it.
[[nodiscard]] WeightsContent read_safetensors(const std::filesystem::path& file);
/// The same for a file's bytes; `where` stands in messages.
[[nodiscard]] WeightsContent safetensors_content(std::string_view bytes, const std::string& where);

}  // namespace graft
