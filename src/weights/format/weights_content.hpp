/// @file
/// What a reader of weights files hands over: named tensor layouts and the raw bytes of their storages, still unchecked
/// against each other and without torch.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "weights/format/tensor_layout.hpp"

namespace graft {

using StorageBytes = std::vector<std::byte>;

struct WeightsContent {
    std::vector<NamedLayout> tensors;              ///< in the order of the file, names unique and UTF-8
    std::map<std::string, StorageBytes> storages;  ///< by StorageReference::key; every one that a tensor names
    std::map<std::string, std::string> metadata;   ///< what the file says of itself; of safetensors
    std::vector<std::string> notes;                ///< what a user may want to know, for example what was unwrapped
};

}  // namespace graft
