#include "graft/record/decision.hpp"

#include <algorithm>

namespace graft {

bool Decision::answers(std::span<const float> probabilities, double distance) const {
    if (max_distance && !(distance <= *max_distance)) return false;
    float first = 0, second = 0;
    for (const float probability : probabilities) {
        second = std::max(second, std::min(first, probability));
        first = std::max(first, probability);
    }
    return first >= min_confidence && double{first} - second >= min_margin;
}

}  // namespace graft
