/// @file
/// Weights without a classifier of the user's own: added to the folder of the weights, or converted to another format.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/files.hpp"
#include "network/architecture.hpp"
#include "weights/format/unwrap.hpp"
#include "weights/store/manifest.hpp"

namespace graft {

/// What was written, for people.
struct WeightsReport {
    std::size_t tensors = 0;
    std::vector<std::string> notes;  ///< what was unwrapped, dropped or converted
};

/// Loads a file of any kind that graft reads into the architecture, for inputs as the entry says, and writes it as
/// TorchScript: the stages under graft's names, a `forward` that gives the last stage's output, and the entry beside
/// them. The classifier is left out.
/// @throws DataError when the file is damaged or not of this architecture; then nothing was written
WeightsReport write_torchscript_weights(const std::filesystem::path& file, const ArchitectureRow& row,
                                        const WeightsEntry& entry, const std::filesystem::path& target,
                                        const WeightsChoice& choice = {}, Present present = Present::replaced);

/// Writes the tensors of a file of any kind that graft reads as a safetensors file, the classifier's too. Names stay as
/// they are, except that a file which graft has written gets the published ones.
/// @throws DataError when the file is damaged or holds no tensors; Error for tensors that the format has no type for
WeightsReport write_safetensors_weights(const std::filesystem::path& file, const std::filesystem::path& target,
                                        const WeightsChoice& choice = {}, Present present = Present::replaced);

}  // namespace graft
