/// @file
/// When a classifier says "unknown" instead of a class.
#pragma once

#include <span>

#include "graft/core/export.hpp"

namespace graft {

/// An image gets a class when all of this holds; the default always gives one.
struct GRAFT_EXPORT Decision {
    double min_confidence = 0;  ///< the likeliest class is at least so probable. In [0, 1]
    double min_margin = 0;      ///< it is at least so much more probable than the second. In [0, 1]

    /// Whether there are images that get no class.
    [[nodiscard]] bool may_refuse() const { return min_confidence > 0 || min_margin > 0; }
    /// @param probabilities [K]
    [[nodiscard]] bool answers(std::span<const float> probabilities) const;
    bool operator==(const Decision&) const = default;
};

}  // namespace graft
