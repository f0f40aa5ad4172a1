/// @file
/// findings.html: what `graft data check` has found, with the pictures.
#pragma once

#include <span>
#include <string>

#include "insight/findings.hpp"

namespace graft {

/// The whole document. Of each finding the oddest images are shown, pairs beside each other.
[[nodiscard]] std::string findings_page(const CheckedData& data, std::span<const CheckedImage> images,
                                        std::span<const Finding> findings);

}  // namespace graft
