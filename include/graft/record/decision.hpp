/// @file
/// When a classifier says "unknown" instead of a class.
#pragma once

#include <limits>
#include <optional>
#include <span>

#include "graft/core/export.hpp"

namespace graft {

/// An image gets a class when all of this holds; the default always gives one.
struct GRAFT_EXPORT Decision {
    double min_confidence = 0;                ///< the likeliest class is at least so probable. In [0, 1]
    double min_margin = 0;                    ///< it is at least so much more probable than the second. In [0, 1]
    std::optional<double> max_distance = {};  ///< the image is at most so far from the training images. In [0, 2]

    /// Whether there are images that get no class.
    [[nodiscard]] bool may_refuse() const { return min_confidence > 0 || min_margin > 0 || max_distance; }
    /// @param probabilities [K]
    /// @param distance of the image (Prediction::distance); where it is not known, a max_distance answers nothing
    [[nodiscard]] bool answers(std::span<const float> probabilities,
                               double distance = std::numeric_limits<double>::quiet_NaN()) const;
    bool operator==(const Decision&) const = default;
};

}  // namespace graft
