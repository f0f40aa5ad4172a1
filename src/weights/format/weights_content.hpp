/// @file
/// Named tensor layouts and the raw bytes of their storages, from a weights file of any format; without torch.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "weights/format/tensor_layout.hpp"
#include "weights/format/unwrap.hpp"

namespace graft {

using StorageBytes = std::vector<std::byte>;

/// What a file holds. Layouts and storages are not yet checked against each other.
struct WeightsContent {
    std::vector<NamedLayout> tensors;              ///< in the order of the file, names unique and UTF-8
    std::map<std::string, StorageBytes> storages;  ///< by StorageReference::key; every one that a tensor names
    std::map<std::string, std::string> metadata;   ///< what the file says of itself; of safetensors
    std::vector<std::string> notes;                ///< what a user may want to know, for example what was unwrapped
    std::string sha256;                            ///< of the file; of read_weights
};

/// Reads a file once: what is hashed is what is read.
/// Throws DataError naming the file and what it is when it holds no weights, or as the readers below do.
[[nodiscard]] WeightsContent read_weights(const std::filesystem::path& file, const WeightsChoice& choice = {});

// Each reads a file's bytes; `where` stands in messages. They throw DataError when the file is damaged, cut off or of
// another kind. Nothing in it is executed.

/// What torch.save has written since PyTorch 1.6: an uncompressed zip archive with one pickle and one record for each
/// storage, of which those that are needed are read, and their CRCs checked.
/// Source: torch/serialization.py, `_save`, and caffe2/serialize/inline_container.h.
[[nodiscard]] WeightsContent zip_content(std::string_view bytes, const std::string& where,
                                         const WeightsChoice& choice = {});

/// What torch.save wrote before: five pickles, then the bytes of every storage.
/// Source: torch/serialization.py, `_legacy_save`.
[[nodiscard]] WeightsContent legacy_content(std::string_view bytes, const std::string& where,
                                            const WeightsChoice& choice = {});

/// safetensors: a length, a JSON header, then the tensors' bytes without holes. Tensors come in the order of their
/// bytes. The header must describe exactly the bytes that follow it. Source:
/// https://github.com/huggingface/safetensors, README, "Format".
[[nodiscard]] WeightsContent safetensors_content(std::string_view bytes, const std::string& where,
                                                 const WeightsChoice& choice = {});

}  // namespace graft
