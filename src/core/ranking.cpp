#include "core/ranking.hpp"

#include <algorithm>
#include <numeric>

namespace graft {

std::vector<std::size_t> top_indices(std::span<const float> probabilities, std::size_t count) {
    std::vector<std::size_t> indices(probabilities.size());
    std::iota(indices.begin(), indices.end(), std::size_t{0});
    count = std::min(count, indices.size());
    std::partial_sort(indices.begin(), indices.begin() + static_cast<std::ptrdiff_t>(count), indices.end(),
                      [&](std::size_t a, std::size_t b) {
                          return probabilities[a] != probabilities[b] ? probabilities[a] > probabilities[b] : a < b;
                      });
    indices.resize(count);
    return indices;
}

}  // namespace graft
