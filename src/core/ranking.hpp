/// @file
/// The likeliest classes.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace graft {

/// Indices of the `count` largest probabilities, largest first; of equal ones the lower index first.
[[nodiscard]] std::vector<std::size_t> top_indices(std::span<const float> probabilities, std::size_t count);

}  // namespace graft
