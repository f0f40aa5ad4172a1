/// @file
/// From an entry of the manifest to its file in the folder of the weights.
#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

#include "core/files.hpp"
#include "graft/core/reporter.hpp"
#include "weights/store/manifest.hpp"

namespace graft {

/// Where the entry's file can be downloaded: from GRAFT_WEIGHTS_MIRROR, an address that has all files under their
/// names, else from the entry's own address. Nothing where there is neither.
[[nodiscard]] std::optional<std::string> address_of(const WeightsEntry& entry);

/// How to download the entry's file by hand.
[[nodiscard]] std::string download_by_hand(const WeightsEntry& entry, const std::filesystem::path& file);

/// Throws DataError when the file is not the entry's: another size or another SHA-256 than on record.
void expect_file_of(const WeightsEntry& entry, const std::filesystem::path& file);

/// Downloads the entry's file into the folder.
/// @param present what becomes of another file that has its name there
/// @return the file
/// @throws Error with the address and how to download the file by hand; DataError when the file that came is not the
/// entry's; Interrupted. Then what was in the folder has not changed, but for what `download` keeps.
std::filesystem::path fetch_weights(const WeightsEntry& entry, const std::filesystem::path& folder,
                                    const std::stop_token& stop, Reporter& reporter, Present present = Present::kept);

}  // namespace graft
