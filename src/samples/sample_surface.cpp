#include "samples/sample_surface.hpp"

#include <algorithm>
#include <cmath>

namespace graft {
namespace {

float floor_of(float x) {  // std::floor is a library call on a plain x86-64
    const float whole = static_cast<float>(static_cast<int>(x));
    return whole > x ? whole - 1.0F : whole;
}

}  // namespace

ValueNoise::ValueNoise(Rng& rng) {
    for (float& value : lattice_) value = between(rng, -1.0F, 1.0F);
}

float ValueNoise::operator()(Point p) const {
    const float left = floor_of(p.x), top = floor_of(p.y);
    const float x = p.x - left, y = p.y - top;
    const float across = x * x * (3.0F - 2.0F * x), down = y * y * (3.0F - 2.0F * y);
    const int column = static_cast<int>(left), row = static_cast<int>(top);
    const auto at = [&](int c, int r) {
        return lattice_[static_cast<std::size_t>((r & (kPeriod - 1)) * kPeriod + (c & (kPeriod - 1)))];
    };
    const float above = blend(at(column, row), at(column + 1, row), across);
    const float below = blend(at(column, row + 1), at(column + 1, row + 1), across);
    return blend(above, below, down);
}

float ValueNoise::fractal(Point p) const {
    float sum = 0.0F, strength = 0.6F;
    for (int octave = 0; octave < 4; ++octave) {
        sum += strength * (*this)(p);
        p = p * 2.03F + Point(5.3F, 1.7F);  // off the lattice, so that octaves do not line up
        strength *= 0.5F;
    }
    return sum;
}

Point rotated(Point p, float radians) {
    const float c = std::cos(radians), s = std::sin(radians);
    return {c * p.x - s * p.y, s * p.x + c * p.y};
}

float ramp(float low, float high, float x) {
    const float t = std::clamp((x - low) / (high - low), 0.0F, 1.0F);
    return t * t * (3.0F - 2.0F * t);
}

float lines(float x, float width) {
    const float away = std::abs(x - std::round(x));
    return ramp(width, 0.4F * width, away);
}

float ellipse(Point p, float half_width, float half_height) {
    return (length({p.x / half_width, p.y / half_height}) - 1.0F) * std::min(half_width, half_height);
}

float stroke(Point p, Point from, Point to, float from_half, float to_half) {
    const Point along = to - from;
    const float t = std::clamp((p - from).dot(along) / along.dot(along), 0.0F, 1.0F);
    const Point away = p - from - along * t;
    return length(away) - blend(from_half, to_half, t);
}

Surface stacked(const Surface& below, const Surface& above) {
    const float covers = ramp(0.012F, -0.012F, above.distance);
    return {.distance = std::min(below.distance, above.distance),
            .height = blend(below.height, above.height, covers),
            .paint = blend(below.paint, above.paint, covers)};
}

float bevel(float distance, float width, float rise) {
    const float t = std::clamp(-distance / width, 0.0F, 1.0F);
    return rise * std::sqrt(t * (2.0F - t));
}

}  // namespace graft
