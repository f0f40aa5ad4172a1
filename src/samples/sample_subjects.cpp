#include "samples/sample_subjects.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace graft {
namespace {

constexpr float kPi = std::numbers::pi_v<float>;

/// Wings that mirror each other, with veins, a dark margin and eye spots.
Shader make_butterfly(Rng& rng) {
    const float lift = between(rng, 0.35F, 0.75F), droop = between(rng, 0.55F, 0.95F);
    const float broad = between(rng, 0.30F, 0.38F), margin = between(rng, 0.05F, 0.13F);
    const float spot = between(rng, 0.05F, 0.12F), veins = between(rng, 3.0F, 6.0F);
    const ValueNoise noise(rng);
    return [=](Point p) {
        const Point m(std::abs(p.x), p.y);
        const auto wing = [&](float angle, float half, float width) {
            const Point q = rotated(m - Point(0.04F, -0.02F), angle) - Point(half, 0.0F);
            const float widening = 1.0F + 0.45F * std::clamp(q.x / half, -1.0F, 1.0F);
            const float d = ellipse({q.x, q.y - 0.25F * q.x * q.x}, half, width * widening);
            const float fan = std::atan2(q.y, q.x + half) * veins;
            const float eye = length({q.x - 0.35F * half, q.y}) - spot;
            const float ring = ramp(0.012F, -0.012F, eye) - ramp(0.012F, -0.012F, eye + 0.55F * spot);
            const float paint =
                std::max({ramp(-margin, -margin + 0.04F, d + 0.03F * noise(p * 9.0F)), 0.8F * lines(fan, 0.10F), ring});
            return Surface{d, bevel(d, 0.3F, 0.05F) + 0.02F * lines(fan, 0.15F), paint};
        };
        const float upper_reach = 0.47F, lower_reach = 0.34F;
        Surface s = stacked(wing(-droop, lower_reach, 0.85F * broad), wing(lift, upper_reach, broad));
        const float body = ellipse(p - Point(0.0F, 0.06F), 0.055F, 0.36F);
        const Point bow(m.x - 0.35F * (p.y + 0.25F) * (p.y + 0.25F), p.y);
        const float antenna = stroke(bow, {0.01F, -0.28F}, {0.16F, -0.72F}, 0.010F, 0.022F);
        s = stacked(s, {antenna, 0.06F, 1.0F});
        return stacked(s, {body, 0.05F + bevel(body, 0.05F, 0.12F), 0.75F + 0.25F * std::sin(p.y * 55.0F)});
    };
}

/// A quill and a vane of fine slanting barbs, split here and there.
Shader make_feather(Rng& rng) {
    const float broad = between(rng, 0.17F, 0.30F), curve = between(rng, -0.35F, 0.35F);
    const float slant = between(rng, 0.8F, 1.5F), bands = between(rng, 0.0F, 5.0F), barbs = between(rng, 20.0F, 32.0F);
    const ValueNoise noise(rng);
    return [=](Point p) {
        const Point q(p.x, p.y - curve * (p.x * p.x - 0.35F));
        const float side = q.y < 0.0F ? 1.0F : 0.75F;
        const float t = std::clamp((q.x + 0.68F) / 1.66F, 0.0F, 1.0F);
        const float along = q.x - slant * std::abs(q.y);
        const float split = ramp(0.45F, 0.75F, noise({along * 7.0F, q.y < 0.0F ? 0.0F : 9.5F}));
        const float reach = broad * side * std::pow(4.0F * t * (1.0F - t), 0.45F) * (1.0F - 0.5F * split);
        const float vane =
            std::max(std::abs(q.y) - reach + 0.02F * std::sin(along * barbs * 4.0F), std::abs(q.x - 0.15F) - 0.84F);
        const float barb = std::sin(along * barbs * 2.0F * kPi * 0.5F);
        const float paint = 0.5F + 0.5F * std::sin(along * bands * 3.0F + noise(q * 4.0F)) * 0.8F + 0.12F * barb;
        Surface s{vane, bevel(vane, 0.15F, 0.05F) + 0.012F * barb, std::clamp(paint, 0.0F, 1.0F)};
        const float shaft = stroke(q, {-0.99F, 0.0F}, {0.92F, 0.0F}, 0.026F, 0.006F);
        return stacked(s, {shaft, 0.10F + bevel(shaft, 0.03F, 0.05F), 0.0F});
    };
}

/// Scales, fins with rays, an eye; stripes across, stripes along or spots.
Shader make_fish(Rng& rng) {
    const float tall = between(rng, 0.28F, 0.50F), fin = between(rng, 0.12F, 0.30F), fork = between(rng, 0.0F, 0.6F);
    const float scales = between(rng, 9.0F, 14.0F), stripes = between(rng, 1.5F, 4.0F);
    const float pattern = count_between(rng, 0, 2), sway = between(rng, -0.25F, 0.25F);
    const ValueNoise noise(rng);
    return [=](Point p) {
        const Point q(p.x, p.y - sway * (p.x - 0.2F) * (p.x - 0.2F));
        const float t = std::clamp((q.x + 0.62F) / 1.55F, 0.0F, 1.0F);
        const float profile = tall * std::pow(std::sin(kPi * std::pow(t, 0.75F)), 0.8F) + 0.05F * (1.0F - t);
        const float body = std::max(std::abs(q.y) - profile, std::max(-0.62F - q.x, q.x - 0.93F));
        const float row = std::floor(q.x * scales), shift = 0.5F * (row - 2.0F * std::floor(0.5F * row));
        const Point cell(q.x * scales - row, q.y * scales * 0.8F - shift);
        const float arc = length({cell.x, cell.y - std::round(cell.y)});
        const float scale = ramp(0.75F, 0.35F, std::abs(arc - 0.5F) * 2.0F) * ramp(0.62F, 0.5F, q.x);
        const Point bent = q + Point(0.06F * noise(q * 3.0F), 0.06F * noise(q * 3.0F + Point(7.0F, 3.0F)));
        const float across = std::sin(bent.x * stripes * 5.0F), lengthwise = std::sin(bent.y * stripes * 7.0F);
        const float spots = 2.0F * noise(q * 6.0F) - 0.4F;
        const float mark = pattern == 0.0F ? across : pattern == 1.0F ? lengthwise : spots;
        const float gill = ramp(0.02F, 0.0F, std::abs(length({q.x - 0.75F, q.y}) - 0.30F)) * ramp(0.55F, 0.4F, q.x);
        const float skin = std::clamp(ramp(-0.15F, 0.15F, mark) + 0.6F * gill - 0.15F * scale, 0.0F, 1.0F);

        const float back = (-0.48F - q.x) / 0.5F;
        const float tail = std::max(std::abs(q.y) - (0.06F + 0.42F * back),
                                    std::max(q.x + 0.48F, -0.98F + fork * 0.4F * (1.0F - std::abs(q.y) / 0.4F) - q.x));
        const float crest = std::max(std::abs(q.y) - profile - fin * ramp(-0.5F, 0.0F, q.x) * ramp(0.5F, 0.2F, q.x),
                                     std::max(-0.35F - q.x, q.x - 0.45F));
        const float rays = 0.5F + 0.5F * std::sin(std::atan2(q.y, q.x + 0.3F) * 42.0F);
        const float fins = std::min(tail, crest);
        Surface s{fins, 0.03F + 0.02F * rays, 0.35F + 0.5F * rays};
        s = stacked(s, {body, bevel(body, 0.35F, 0.22F) + 0.015F * scale, skin});
        const Point eye = q - Point(0.66F, -0.22F * tall);
        s = stacked(s, {length(eye) - 0.075F, 0.2F, 0.0F});
        return stacked(s, {length(eye) - 0.042F, 0.24F, 1.0F});
    };
}

/// Two whorls of petals around a disc of seeds.
Shader make_flower(Rng& rng) {
    const float petals = count_between(rng, 5, 13), pointed = between(rng, 0.0F, 0.6F),
                streak = between(rng, 0.1F, 0.5F);
    const float slim = between(rng, 0.85F, 1.25F) * std::sin(kPi / petals), disc = between(rng, 0.18F, 0.30F);
    const ValueNoise noise(rng);
    return [=](Point p) {
        const float r = length(p), a = std::atan2(p.y, p.x);
        const auto whorl = [&](float turn, float length, float height) {
            const float turns = a * petals / (2.0F * kPi) + turn, nth = std::round(turns);
            const float reach = length * (1.0F + 0.06F * noise({nth * 3.7F, turn * 9.0F}));
            const Point q = Point(r * std::cos((turns - nth) * 2.0F * kPi / petals) - 0.5F * reach,
                                  r * std::sin((turns - nth) * 2.0F * kPi / petals));
            const float width = 0.5F * slim * (1.0F + 0.5F * q.x / reach - pointed * std::max(0.0F, q.x / reach));
            const float d = ellipse(q, 0.5F * reach, width);
            const float ridge = std::sin(q.y / width * 7.0F);
            const float paint = 0.75F * ramp(0.75F, 0.15F, r / reach) + streak * ridge * 0.5F;
            return Surface{d, height + bevel(d, 0.12F, 0.07F) + 0.006F * ridge, std::clamp(paint, 0.0F, 1.0F)};
        };
        Surface s = stacked(whorl(0.5F, 0.88F, 0.0F), whorl(0.0F, 0.98F, 0.06F));
        const float d = r - disc, seed = std::sin(r * 70.0F + 3.0F * a) * std::sin(r * 45.0F - 8.0F * a);
        return stacked(s,
                       {d, 0.10F + bevel(d, 0.2F, 0.12F) + 0.02F * seed, std::clamp(0.8F + 0.4F * seed, 0.0F, 1.0F)});
    };
}

/// Teeth, a bore, windows between spokes, and the rings that the lathe left.
Shader make_gear(Rng& rng) {
    const float teeth = count_between(rng, 8, 20), depth = between(rng, 0.10F, 0.20F),
                bore = between(rng, 0.09F, 0.20F);
    const float spokes = count_between(rng, 3, 6), rim = between(rng, 0.12F, 0.18F), square = between(rng, 0.15F, 0.6F);
    const bool windows = rng.bernoulli(0.65);
    const ValueNoise noise(rng);
    return [=](Point p) {
        const float r = length(p), a = std::atan2(p.y, p.x), root = 0.97F - depth;
        const float outer = r - root - depth * ramp(-square, square, std::cos(a * teeth));
        float d = std::max(outer, bore - r);
        const float inner = root - rim, hub = bore + 0.12F;
        const float spoke = 0.07F - std::abs(std::sin(a * spokes * 0.5F)) * r * 2.0F / spokes;
        const float window = std::max({hub - r, r - inner, spoke});
        if (windows) d = std::max(d, -window);
        const float web = ramp(0.02F, -0.02F, std::max(hub - r, r - inner));
        const float lathe = noise({r * 60.0F, 0.5F}), rust = noise.fractal(p * 3.0F);
        return Surface{d, bevel(d, 0.05F, 0.10F) - 0.06F * web + 0.008F * lathe,
                       std::clamp(0.35F * web + 0.25F * lathe + 0.5F * ramp(0.1F, 0.4F, rust), 0.0F, 1.0F)};
    };
}

/// A bent blade with a midrib, side veins and perhaps a toothed edge.
Shader make_leaf(Rng& rng) {
    const float broad = between(rng, 0.26F, 0.56F), bend = between(rng, -0.3F, 0.3F), veins = between(rng, 3.5F, 7.0F);
    const float slope = between(rng, 0.5F, 1.1F), teeth = rng.bernoulli(0.5) ? between(rng, 0.01F, 0.035F) : 0.0F;
    const float belly = between(rng, 0.55F, 0.95F);
    const ValueNoise noise(rng);
    return [=](Point p) {
        const Point q(p.x, p.y - bend * (p.x * p.x - 0.35F));
        const float t = std::clamp((q.x + 0.72F) / 1.70F, 0.0F, 1.0F);
        const float along = (q.x - slope * std::abs(q.y)) * veins, saw = along * 2.0F - std::floor(along * 2.0F);
        const float reach = broad * std::pow(std::sin(kPi * std::pow(t, belly)), 0.9F) + teeth * (saw - 0.5F);
        const float d = std::max((std::abs(q.y) - reach) * 0.8F, std::abs(q.x - 0.13F) - 0.85F);
        const float vein = std::max(lines(along, 0.09F) * ramp(0.0F, 0.05F, -d), ramp(0.03F, 0.01F, std::abs(q.y)));
        const float fine = lines(noise(q * 14.0F) * 2.0F, 0.25F), blotch = ramp(0.2F, 0.5F, noise.fractal(q * 2.5F));
        const float swell = 0.5F - 0.5F * std::cos(along * 2.0F * kPi);
        Surface s{d, bevel(d, 0.2F, 0.05F) + 0.03F * swell - 0.03F * vein,
                  std::clamp(0.8F * vein + 0.12F * fine + 0.4F * blotch, 0.0F, 1.0F)};
        const float stem = stroke(q, {-1.0F, 0.0F}, {-0.6F, 0.0F}, 0.03F, 0.02F);
        return stacked({stem, 0.05F, 0.8F}, s);
    };
}

/// An ammonite: ribbed whorls along a logarithmic spiral.
Shader make_shell(Rng& rng) {
    const float growth = between(rng, 0.10F, 0.19F), ribs = between(rng, 14.0F, 30.0F),
                rib = between(rng, 0.02F, 0.05F);
    const float lean = between(rng, -1.2F, 1.2F), banded = between(rng, 0.0F, 1.0F),
                hand = rng.bernoulli(0.5) ? 1.0F : -1.0F;
    const ValueNoise noise(rng);
    return [=](Point p) {
        const float r = std::max(length(p), 1e-3F), a = std::atan2(hand * p.y, p.x) + kPi;
        const float d = r - std::exp(growth * (a - 2.0F * kPi));
        const float whorl = (std::log(r) / growth - a) / (2.0F * kPi), t = whorl - std::floor(whorl);
        const float wound = a + 2.0F * kPi * std::floor(whorl);
        const float ripple = std::sin((wound + lean * t) * ribs / (2.0F * kPi) * 2.0F);
        const float dome = std::sqrt(std::max(0.0F, 1.0F - (2.0F * t - 1.0F) * (2.0F * t - 1.0F)));
        const float band = ramp(0.1F, 0.0F, std::abs(t - 0.6F) - 0.15F) * banded;
        const float mouth = ramp(2.0F * kPi - 0.25F, 2.0F * kPi - 0.05F, a) * ramp(-1.0F, -0.9F, whorl);
        const float paint = 0.35F * (0.5F + 0.5F * ripple) + 0.5F * band + 0.25F * noise.fractal(p * 4.0F) +
                            0.6F * (1.0F - ramp(0.0F, 0.35F, dome));
        return Surface{d, r * (0.30F * dome + rib * ripple * dome) * (1.0F - 0.7F * mouth),
                       std::clamp(paint + mouth, 0.0F, 1.0F)};
    };
}

/// Tapering arms covered with warts.
Shader make_starfish(Rng& rng) {
    const float arms = count_between(rng, 5, 7), stout = between(rng, 0.17F, 0.30F), bend = between(rng, -0.6F, 0.6F);
    const float warts = between(rng, 9.0F, 15.0F), tip = between(rng, 0.03F, 0.08F);
    const ValueNoise noise(rng);
    return [=](Point p) {
        const float r = length(p), a = std::atan2(p.y, p.x) + bend * r * r + 0.15F * noise(p * 1.5F);
        const float turns = a * arms / (2.0F * kPi), nth = std::round(turns), off = (turns - nth) * 2.0F * kPi / arms;
        const Point q(r * std::cos(off), r * std::sin(off));
        const float arm = 0.88F * (1.0F + 0.1F * noise({nth * 2.3F, 4.5F}));
        const float d = stroke(q, {0.0F, 0.0F}, {arm, 0.0F}, stout, tip);
        const Point cell(q.x * warts - std::round(q.x * warts), q.y * warts - std::round(q.y * warts));
        const float wart = ramp(0.42F, 0.2F, length(cell));
        const float ridge = ramp(0.05F, 0.0F, std::abs(q.y));
        return Surface{d, bevel(d, stout, 0.20F) + 0.03F * wart + 0.02F * ridge,
                       std::clamp(0.75F * wart + 0.3F * noise.fractal(p * 5.0F), 0.0F, 1.0F)};
    };
}

}  // namespace

const Registry<SampleSubject>& sample_subjects() {
    static const Registry<SampleSubject> subjects{
        {"butterfly", make_butterfly}, {"feather", make_feather}, {"fish", make_fish},   {"flower", make_flower},
        {"gear", make_gear},           {"leaf", make_leaf},       {"shell", make_shell}, {"starfish", make_starfish},
    };
    return subjects;
}

}  // namespace graft
