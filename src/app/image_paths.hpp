/// @file
/// The images that paths on a command line stand for.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "data/folder_walk.hpp"

namespace graft {

/// A folder stands for its images. What does not exist stays, and is found to be unreadable like a damaged image.
[[nodiscard]] std::vector<std::filesystem::path> images_at(std::span<const std::string> paths,
                                                           const std::vector<std::string>& exclude, Reporter& reporter);

}  // namespace graft
