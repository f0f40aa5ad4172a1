/// @file
/// The images that paths on a command line stand for.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "data/given_images.hpp"

namespace graft {

/// A folder stands for its images, a list for those in it (append_images); what should be known of them is told.
/// @param columns how lists are read
[[nodiscard]] NamedImages images_at(std::span<const std::string> paths, const ListOptions& columns,
                                    const std::vector<std::string>& exclude, Reporter& reporter);

}  // namespace graft
