#include "core/random.hpp"

#include <cassert>
#include <cmath>
#include <numbers>

namespace graft {
namespace {

/// SplitMix64's finaliser (Steele, Lea, Flood 2014).
std::uint64_t mix(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

}  // namespace

std::uint64_t mix_seed(std::uint64_t seed, std::string_view purpose, std::initializer_list<std::uint64_t> indices) {
    std::uint64_t state = mix(mix(seed) ^ purpose.size());  // the size: ("a", {'b'}) is not ("ab", {})
    for (const char c : purpose) state = mix(state ^ static_cast<unsigned char>(c));
    for (const std::uint64_t index : indices) state = mix(state ^ index);
    return state;
}

Rng::Rng(std::uint64_t seed) : engine_(seed) {}

Rng Rng::stream(std::uint64_t seed, std::string_view purpose, std::initializer_list<std::uint64_t> indices) {
    return Rng(mix_seed(seed, purpose, indices));
}

double Rng::uniform() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }

double Rng::normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

std::uint64_t Rng::below(std::uint64_t bound) {
    assert(bound > 0);
    const std::uint64_t reject_below = (0 - bound) % bound;  // 2^64 mod bound: draws under it would be biased
    for (;;) {
        const std::uint64_t draw = engine_();
        if (draw >= reject_below) return draw % bound;
    }
}

}  // namespace graft
