/// @file
/// Where `graft evaluate` writes what it finds.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace graft {

/// Of each folder that is evaluated: `output` itself, or sub-folders of it when there are several.
[[nodiscard]] std::vector<std::filesystem::path> places_of_evaluations(const std::vector<std::string>& folders,
                                                                       const std::filesystem::path& output);

/// Before any work is done. Throws ConfigError when a file that would be written is already there, unless `force`
/// allows it, or when it would be taken for an image of the next evaluation.
void expect_free_places(const std::vector<std::string>& folders, const std::filesystem::path& output, bool force);

}  // namespace graft
