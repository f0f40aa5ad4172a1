/// @file
/// Names of parameters as published state dicts have them.
#pragma once

#include <string>
#include <vector>

#include "model/architecture.hpp"

namespace graft {

/// The published name of a parameter that graft calls `own`: the first of the architecture's renames that fits.
[[nodiscard]] inline std::string published_name(const std::string& own, const std::vector<Rename>& renames) {
    for (const auto& [published, ours] : renames)
        if (own.starts_with(ours)) return published + own.substr(ours.size());
    return own;
}

}  // namespace graft
