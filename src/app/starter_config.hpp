/// @file
/// A config to start from, made for a folder of images.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/json.hpp"
#include "core/enum_names.hpp"

namespace graft {

/// How a starter config trains.
enum class StarterRecipe {
    frozen_head,  ///< the classic recipe of transfer learning: a new head on a frozen network
    fine_tune,    ///< the head first, then the whole network
    few_images,   ///< a linear probe, fitted once
};
template <>
inline constexpr auto enum_names<StarterRecipe> = std::to_array<std::string_view>({"frozen_head", "fine_tune",
                                                                                   "few_images"});

/// On a small network.
struct StarterConfig {
    Json document;
    std::vector<std::string> notes;  ///< on the folder, for people
};

/// @param data the folder of a data set (find_layout), or a list; a folder that is not there yet is taken to be laid
/// out as `graft data
///        sample` does it
/// @param name of the run; its folder is runs/NAME
/// @throws DataError when the folder holds nothing to train on
[[nodiscard]] StarterConfig starter_config(const std::filesystem::path& data, const std::string& name,
                                           StarterRecipe recipe = StarterRecipe::frozen_head);

/// The config of `graft train FOLDER` and of `graft train LIST.csv`: NAME.json in the current folder, called like the
/// data set's folder or the list. It is written where it is not there yet; one that is there must be what would be
/// written.
struct FolderConfig {
    std::filesystem::path file;
    std::vector<std::string> notes;
};
/// @throws DataError as above; ConfigError when another file has the name
[[nodiscard]] FolderConfig config_for_folder(const std::filesystem::path& data);

/// The schema that was installed with an executable, or that of the checkout it was built in; empty when there is none.
[[nodiscard]] std::filesystem::path schema_file_of(const std::filesystem::path& executable);

}  // namespace graft
