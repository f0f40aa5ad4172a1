/// @file
/// Random streams. There is no ambient generator: a stream is made from a seed and the place where it is used, so a
/// draw is a pure function of (seed, purpose, indices) and never depends on threads or on what was drawn before.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>
#include <span>
#include <string_view>
#include <utility>

namespace graft {

/// A stream of random numbers with the same values on every platform.
class Rng {
public:
    explicit Rng(std::uint64_t seed);

    /// The stream of one purpose, for example `Rng::stream(seed, "augment", {sample_id, view})`.
    [[nodiscard]] static Rng stream(std::uint64_t seed, std::string_view purpose,
                                    std::initializer_list<std::uint64_t> indices = {});

    /// Uniform in [0, 1).
    double uniform();
    /// Uniform in [low, high).
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    /// Standard normal (Box-Muller).
    double normal();
    /// True with probability p.
    bool bernoulli(double p) { return uniform() < p; }
    /// Uniform integer in [0, bound); bound > 0.
    std::uint64_t below(std::uint64_t bound);

private:
    std::mt19937_64 engine_;
};

/// A 64-bit seed mixed from a seed, a purpose and indices; what Rng::stream starts from.
[[nodiscard]] std::uint64_t mix_seed(std::uint64_t seed, std::string_view purpose,
                                     std::initializer_list<std::uint64_t> indices = {});

/// Fisher-Yates; the same order on every platform for the same stream.
template <class T>
void shuffle(std::span<T> values, Rng& rng) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[rng.below(i)]);
}

}  // namespace graft
