/// @file
/// The tree-structured Parzen estimator (Bergstra et al. 2011), with the choices that Optuna makes by default for
/// values that are drawn one by one.
#pragma once

#include <span>
#include <vector>

#include "search/search_space.hpp"

namespace graft {

inline constexpr std::size_t kStartupTrials = 10;  ///< drawn at random before anything is learnt
inline constexpr std::size_t kCandidates = 24;     ///< of which the most promising one is taken

/// Of so many trials, how many count as good: the best tenth, at most 25.
[[nodiscard]] std::size_t good_ones(std::size_t trials);

/// How much each of so many trials counts, from the oldest on: all but the last 25 fade.
[[nodiscard]] std::vector<double> trial_weights(std::size_t trials);

/// Where values of one dimension were seen: a mixture with one kernel for each, and one over the whole range.
class ParzenEstimator {
public:
    /// @param values from the oldest on
    ParzenEstimator(const Dimension& dimension, std::span<const double> values);

    [[nodiscard]] double log_density(double value) const;
    [[nodiscard]] double draw(Rng& rng) const;

private:
    void set_kernels(std::span<const double> values);
    void set_choices(std::span<const double> values);
    [[nodiscard]] double to_line(double value) const;
    [[nodiscard]] double mass(std::size_t kernel, double from, double to) const;

    const Dimension& dimension_;
    double low_ = 0, high_ = 1;    ///< of the line on which the kernels lie
    std::vector<double> weights_;  ///< of the kernels; their sum is 1
    std::vector<double> means_, deviations_;
    std::vector<double> choices_;  ///< how likely each is
};

/// A point where good trials lie more densely than others.
/// @param ranked the points of earlier trials, the best first
/// @param order of the same trials: when each was begun
[[nodiscard]] Point suggest_point(const SearchSpace& space, std::span<const Point> ranked,
                                  std::span<const std::size_t> order, Rng& rng);

}  // namespace graft
