/// @file
/// Labels that are likely to be wrong, by a network's vectors of the images.
#pragma once

#include <optional>
#include <span>

#include "graft/core/reporter.hpp"
#include "insight/findings.hpp"
#include "run/embed.hpp"

namespace graft {

/// Confident learning on the probabilities of regressions that have not seen the image. Images of all parts count;
/// those that cannot be used do not. @return nothing where no label is suspect
/// @throws ConfigError where images have not one class each; Interrupted
[[nodiscard]] std::optional<Finding> find_label_errors(const CheckedData& data, std::span<const CheckedImage> images,
                                                       const Embedder& embedder, const EmbedOptions& options,
                                                       Reporter& reporter);

}  // namespace graft
