/// @file
/// Writes named tensors in the safetensors format: https://huggingface.co/docs/safetensors
#pragma once

#include <map>
#include <span>
#include <string>

#include "network/state_dict.hpp"

namespace graft {

/// @param tensors contiguous, on the CPU, of different names; float32, float16, bfloat16, int64, int32 or uint8
/// @param metadata words for whoever reads the file
/// @throws Error for a tensor of another type
[[nodiscard]] std::string safetensors_bytes(std::span<const NamedTensor> tensors,
                                            const std::map<std::string, std::string>& metadata);

}  // namespace graft
