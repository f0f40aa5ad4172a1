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

std::vector<std::int64_t> absent_classes(std::span<const Sample> samples, std::size_t classes) {
    const std::vector<std::int64_t> counts = count_per_class(samples, classes);
    std::vector<std::int64_t> absent;
    for (std::size_t k = 0; k < counts.size(); ++k)
        if (counts[k] == 0) absent.push_back(static_cast<std::int64_t>(k));
    return absent;
}

std::vector<std::string> absent_classes(std::span<const Sample> samples, std::span<const std::string> classes) {
    std::vector<std::string> names;
    for (const std::int64_t k : absent_classes(samples, classes.size()))
        names.push_back(classes[static_cast<std::size_t>(k)]);
    return names;
}

}  // namespace graft
