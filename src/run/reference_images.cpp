#include "run/reference_images.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace graft {

std::vector<Sample> reference_images(std::span<const Sample> train, std::size_t classes) {
    constexpr std::size_t kMost = 2000;
    const std::size_t of_each = std::max<std::size_t>(kMost / std::max<std::size_t>(classes, 1), 1);
    std::vector<std::size_t> counts(classes), seen(classes);
    for (const Sample& sample : train) ++counts[static_cast<std::size_t>(sample.label)];
    std::vector<Sample> chosen;
    for (const Sample& sample : train) {
        const auto label = static_cast<std::size_t>(sample.label);
        const std::size_t count = counts[label], i = seen[label]++, wanted = std::min(of_each, count);
        if ((i + 1) * wanted / count > i * wanted / count) chosen.push_back(sample);
    }
    return chosen;
}

std::vector<float> distances_from(const ReferenceVectors& references, const at::Tensor& vectors) {
    std::vector<float> distances;
    for (std::int64_t i = 0; i < vectors.size(0); ++i) distances.push_back(distance_from(references, vectors[i]));
    return distances;
}

double distance_for(double share, std::span<const float> distances) {
    assert(!distances.empty() && share > 0 && share <= 1);
    std::vector<float> sorted(distances.begin(), distances.end());
    std::ranges::sort(sorted);
    // What rounding makes of 0.95 * 20 must not ask for one image more.
    const double asked = std::ceil(share * static_cast<double>(sorted.size()) - 1e-9);
    const auto count = std::clamp<std::size_t>(static_cast<std::size_t>(asked), 1, sorted.size());
    return std::min(std::ceil(double{sorted[count - 1]} * 1e4) / 1e4, 2.0);
}

}  // namespace graft
