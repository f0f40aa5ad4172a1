/// @file
/// Weights that a user has added to the folder: TorchScript files that carry their manifest entry inside.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weights/store/manifest.hpp"

namespace graft {

/// The record of a TorchScript archive that holds the entry, as JSON. torch.jit.load hands it out as an extra file.
inline constexpr const char* kWeightsDescription = "weights.json";

/// The entry as it goes into such a file.
[[nodiscard]] std::string description_of(const WeightsEntry& entry);

/// The entry that a file carries, with the file's present name; nothing for files without one, of whatever kind.
/// Throws DataError naming the file when it is a damaged archive or the entry in it is malformed.
[[nodiscard]] std::optional<WeightsEntry> described_weights(const std::filesystem::path& file);

/// The entries of all `.pt` files of a folder that carry one, by file name; none where there is no such folder.
/// Throws DataError as described_weights does, and when two files give the same name or one of the manifest.
[[nodiscard]] std::vector<WeightsEntry> added_weights(const std::filesystem::path& folder);

/// The entry of that name: of the manifest, else of the files added to the folder.
[[nodiscard]] std::optional<WeightsEntry> find_weights(std::string_view name, const std::filesystem::path& folder);

}  // namespace graft
