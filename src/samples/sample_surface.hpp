/// @file
/// What the sample images are made of: a shader says for each point of a shape how far its outline is, how high the
/// relief stands and which of two colours lies there. Lamp, shadow and colour come later, in sample_scene.hpp.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <opencv2/core.hpp>

#include "core/random.hpp"

namespace graft {

/// A point of a shape's own plane: the shape lies within the unit circle around the origin.
using Point = cv::Point2f;

/// One point of a shape. Lengths are in the shape's own unit.
struct Surface {
    float distance = 1.0F;  ///< to the outline, roughly; negative inside
    float height = 0.0F;    ///< of the relief above the ground
    float paint = 0.0F;     ///< 0 the first colour, 1 the second, between them a mixture
};

/// A pure function: the same point always has the same surface.
using Shader = std::function<Surface(Point)>;

/// Smooth value noise that repeats every 32 units.
class ValueNoise {
public:
    explicit ValueNoise(Rng& rng);

    /// In [-1, 1].
    [[nodiscard]] float operator()(Point p) const;
    /// Four octaves, each half as strong and twice as fine as the one before; in about [-1, 1].
    [[nodiscard]] float fractal(Point p) const;

private:
    static constexpr int kPeriod = 32;
    std::array<float, kPeriod * kPeriod> lattice_;
};

/// Uniform in [low, high), as float.
[[nodiscard]] inline float between(Rng& rng, float low, float high) {
    return static_cast<float>(rng.uniform(low, high));
}
/// Uniform among low, low + 1, ..., high, as float.
[[nodiscard]] inline float count_between(Rng& rng, int low, int high) {
    return static_cast<float>(low + static_cast<int>(rng.below(static_cast<std::uint64_t>(high - low + 1))));
}
[[nodiscard]] inline float length(Point p) { return std::sqrt(p.dot(p)); }
/// `a` where t is 0, `b` where it is 1.
[[nodiscard]] inline float blend(float a, float b, float t) { return a + (b - a) * t; }
[[nodiscard]] Point rotated(Point p, float radians);
/// 0 below `low`, 1 above `high`, smooth between; with low > high it falls instead of rising.
[[nodiscard]] float ramp(float low, float high, float x);
/// 1 on lines at the whole numbers, `width` wide (of 1), 0 between them.
[[nodiscard]] float lines(float x, float width);
/// Distance to an ellipse around the origin; exact only on its outline.
[[nodiscard]] float ellipse(Point p, float half_width, float half_height);
/// Distance to a straight stroke that narrows from one half width to another.
[[nodiscard]] float stroke(Point p, Point from, Point to, float from_half, float to_half);
/// `above` lies on `below`.
[[nodiscard]] Surface stacked(const Surface& below, const Surface& above);
/// The height of a rounded edge: 0 on the outline, `rise` from `width` inwards.
[[nodiscard]] float bevel(float distance, float width, float rise);

}  // namespace graft
