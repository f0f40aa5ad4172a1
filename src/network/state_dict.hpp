/// @file
/// Named tensors from a weights file (.pth in both of PyTorch's formats, .safetensors). Nothing in a file is executed.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "weights/format/unwrap.hpp"

namespace graft {

struct NamedTensor {
    std::string name;   ///< UTF-8, unique in its StateDict
    at::Tensor tensor;  ///< contiguous, on the CPU, shares no memory with another; never float64
};

struct StateDict {
    std::vector<NamedTensor> entries;             ///< in the order of the file
    std::map<std::string, std::string> metadata;  ///< what a safetensors file says of itself
    std::vector<std::string> notes;               ///< what was unwrapped, dropped or converted, for the user to read
    std::string sha256;                           ///< of the file

    /// The tensor of that name, or nullptr.
    [[nodiscard]] const at::Tensor* find(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> names() const;
};

/// Reads a state dict; the format is found by content, not by extension. Dtypes are kept, except that float64 becomes
/// float32. What was saved around the state dict, and what wrappers put into names, is dropped (see `state_dict_of` and
/// `tidy_names`).
/// Throws DataError naming the file and what was found when it is of another kind, damaged, cut off or inconsistent, or
/// leaves open which tensors are meant.
[[nodiscard]] StateDict read_state_dict(const std::filesystem::path& file, const WeightsChoice& choice = {});

}  // namespace graft
