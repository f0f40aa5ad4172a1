#include "data/sample.hpp"

#include <cstddef>

namespace graft {

std::vector<std::int64_t> count_per_class(std::span<const Sample> samples, std::size_t classes) {
    std::vector<std::int64_t> counts(classes);
    for (const Sample& sample : samples) {
        if (sample.values.empty()) ++counts.at(static_cast<std::size_t>(sample.label));
        for (std::size_t k = 0; k < sample.values.size(); ++k)
            if (sample.values[k] > 0.5F) ++counts.at(k);
    }
    return counts;
}

}  // namespace graft
