#include "samples/sample_props.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace graft {
namespace {

constexpr float kInside = -1.0F;  // a ground has no outline

Shader make_clouds(Rng& rng) {
    const float scale = between(rng, 1.0F, 4.0F), drift = between(rng, 0.2F, 1.2F);
    const ValueNoise noise(rng);
    return [=](Point p) {
        const float n = noise.fractal(p * scale + Point(drift, drift) * noise(p * scale * 0.7F));
        return Surface{kInside, 0.0F, std::clamp(0.5F + 0.6F * n, 0.0F, 1.0F)};
    };
}

Shader make_planks(Rng& rng) {
    const float planks = between(rng, 1.5F, 4.0F), grain = between(rng, 2.0F, 5.0F);
    const ValueNoise noise(rng);
    return [=](Point p) {
        const float row = p.y * planks, nth = std::floor(row);
        const Point q(p.x * 0.6F + nth * 3.7F, p.y * grain);
        const float rings =
            std::sin(9.0F * (noise(q) + 0.5F * noise(q * 2.0F)) + 4.0F * noise.fractal({q.x, q.y * 8.0F}));
        const float gap = lines(row, 0.03F);
        const float paint = 0.35F + 0.25F * rings + 0.2F * noise({nth * 5.1F, 0.5F}) + 0.5F * gap;
        return Surface{kInside, -0.02F * gap, std::clamp(paint, 0.0F, 1.0F)};
    };
}

Shader make_tiles(Rng& rng) {
    const float columns = between(rng, 2.0F, 5.0F), rows = columns * between(rng, 0.8F, 2.2F);
    const float offset = rng.bernoulli(0.5) ? 0.5F : 0.0F;
    const ValueNoise noise(rng);
    return [=](Point p) {
        const float y = p.y * rows, nth = std::floor(y), x = p.x * columns + offset * nth;
        const float joint = std::max(lines(x, 0.07F), lines(y, 0.07F * rows / columns));
        const float tile = noise({std::floor(x) * 3.3F + 0.5F, nth * 2.7F + 0.5F}), grain = noise.fractal(p * 8.0F);
        return Surface{kInside, 0.02F * (1.0F - joint) + 0.004F * grain,
                       std::clamp(0.35F + 0.3F * tile + 0.15F * grain + 0.5F * joint, 0.0F, 1.0F)};
    };
}

Shader make_cloth(Rng& rng) {
    const float threads = between(rng, 7.0F, 16.0F);
    const ValueNoise noise(rng);
    return [=](Point p) {
        const Point q = p * threads + Point(noise(p * 2.0F), noise(p * 2.0F + Point(9.0F, 4.0F))) * 0.5F;
        const float weft = std::abs(std::sin(q.x * 3.14F)), warp = std::abs(std::sin(q.y * 3.14F));
        const bool over = std::fmod(std::floor(q.x) + std::floor(q.y) + 1000.0F, 2.0F) < 1.0F;
        return Surface{kInside, 0.12F / threads * (over ? weft : warp),
                       std::clamp((over ? 0.25F : 0.75F) + 0.3F * noise.fractal(p * 3.0F), 0.0F, 1.0F)};
    };
}

Shader make_sand(Rng& rng) {
    const float ripples = between(rng, 2.0F, 7.0F);
    const ValueNoise noise(rng);
    return [=](Point p) {
        const float wave = std::sin(ripples * (p.y + 0.25F * noise(p * 1.2F)) * 6.0F), grain = noise(p * 45.0F);
        return Surface{kInside, 0.10F / ripples * wave * (1.0F + 0.5F * noise(p)) + 0.004F * grain,
                       std::clamp(0.4F + 0.15F * wave + 0.25F * grain + 0.2F * noise(p), 0.0F, 1.0F)};
    };
}

/// Rounded cells around points that are shaken off a grid (Worley 1996).
Shader make_pebbles(Rng& rng) {
    const float cells = between(rng, 2.5F, 6.0F);
    const ValueNoise noise(rng);
    return [=](Point p) {
        const Point q = p * cells, corner(std::floor(q.x), std::floor(q.y));
        float first = 9.0F, second = 9.0F, tone = 0.0F;
        for (int dy = -1; dy <= 1; ++dy) {
            for (int dx = -1; dx <= 1; ++dx) {
                const Point cell = corner + Point(static_cast<float>(dx), static_cast<float>(dy));
                const Point shake(noise(cell), noise(cell + Point(11.0F, 5.0F)));
                const Point away = q - cell - Point(0.5F, 0.5F) - shake * 0.42F;
                const float distance = length(away);
                second = std::min(second, std::max(first, distance));
                if (distance < first) tone = shake.x;
                first = std::min(first, distance);
            }
        }
        const float gap = ramp(0.16F, 0.04F, second - first);
        return Surface{kInside, 0.20F / cells * ramp(0.0F, 0.5F, second - first),
                       std::clamp(0.35F + 0.3F * tone + 0.15F * noise.fractal(q * 2.0F) + 0.5F * gap, 0.0F, 1.0F)};
    };
}

}  // namespace

Shader make_ground(Rng& rng) {
    constexpr std::array grounds{make_clouds, make_planks, make_tiles, make_cloth, make_sand, make_pebbles};
    return grounds[rng.below(grounds.size())](rng);
}

Shader make_clutter(Rng& rng) {
    const auto kind = rng.below(4);
    const float slim = between(rng, 0.35F, 0.9F), pattern = between(rng, 3.0F, 12.0F), hole = between(rng, 0.3F, 0.7F);
    const ValueNoise noise(rng);
    return [=](Point p) {
        const Point wobbly = p + Point(noise(p * 1.5F), noise(p * 1.5F + Point(3.0F, 8.0F))) * 0.12F;
        float d = ellipse(wobbly, 0.9F, 0.9F * slim);
        if (kind == 1) d = std::abs(length(p) - 0.5F * (0.95F + hole)) - 0.5F * (0.95F - hole);
        if (kind == 2) d = stroke(wobbly, {-0.85F, 0.0F}, {0.85F, 0.0F}, 0.14F * slim, 0.10F);
        if (kind == 3) d = std::max(std::abs(p.x) - 0.75F, std::abs(p.y) - 0.75F * slim);
        const float mark = std::sin(p.x * pattern + 3.0F * noise(p * 2.0F)) + noise.fractal(p * 4.0F);
        return Surface{d, bevel(d, 0.35F, 0.22F) + 0.01F * mark, ramp(-0.6F, 0.9F, mark)};
    };
}

}  // namespace graft
