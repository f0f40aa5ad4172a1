/// @file
/// What tests compare samples by.
#pragma once

#include <string>
#include <vector>

#include "data/sample.hpp"

namespace graft::testing {

inline std::vector<std::string> names_of(const std::vector<Sample>& samples) {
    std::vector<std::string> names;
    for (const Sample& sample : samples) names.push_back(sample.name);
    return names;
}

}  // namespace graft::testing
