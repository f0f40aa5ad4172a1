/// @file
/// Named tensors from a weights file (.pth in both of PyTorch's formats, .safetensors). Nothing in a file is executed.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace graft {

struct NamedTensor {
    std::string name;   ///< UTF-8, unique in its StateDict
    at::Tensor tensor;  ///< contiguous, on the CPU, shares no memory with another; never float64
};

struct StateDict {
    std::vector<NamedTensor> entries;             ///< in the order of the file
    std::map<std::string, std::string> metadata;  ///< what a safetensors file says of itself
    std::vector<std::string> notes;               ///< what was unwrapped, dropped or converted, for the user to read

    /// The tensor of that name, or nullptr.
    [[nodiscard]] const at::Tensor* find(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> names() const;
};

/// Reads a state dict; the format is found by content, not by extension. Dtypes are kept, except that float64 becomes
/// float32. Wrapped checkpoints are unwrapped (see `state_dict_of`).
/// Throws DataError naming the file and what was found when it is of another kind, damaged, cut off, inconsistent, or
/// names Python objects that only running code could make.
[[nodiscard]] StateDict read_state_dict(const std::filesystem::path& file);

}  // namespace graft
