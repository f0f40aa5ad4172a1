#include "search/tpe.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace graft {
namespace {

constexpr std::size_t kFresh = 25;

double normal_below(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

std::size_t drawn_index(std::span<const double> weights, Rng& rng) {
    double left = rng.uniform();
    for (std::size_t i = 0; i + 1 < weights.size(); ++i)
        if ((left -= weights[i]) < 0) return i;
    return weights.size() - 1;
}

/// Values of one dimension, from the oldest trial on.
std::vector<double> column(std::span<const Point> points, std::span<const std::size_t> order, std::size_t dimension) {
    std::vector<std::size_t> by_age(points.size());
    std::iota(by_age.begin(), by_age.end(), std::size_t{0});
    std::ranges::sort(by_age, {}, [&](std::size_t i) { return order[i]; });
    std::vector<double> values;
    for (const std::size_t i : by_age) values.push_back(points[i][dimension]);
    return values;
}

}  // namespace

std::size_t good_ones(std::size_t trials) { return std::min<std::size_t>((trials + 9) / 10, 25); }

std::vector<double> trial_weights(std::size_t trials) {
    std::vector<double> weights(trials, 1);
    if (trials <= kFresh) return weights;
    const std::size_t fading = trials - kFresh;
    const double first = 1 / static_cast<double>(trials);
    for (std::size_t i = 0; i < fading; ++i)
        weights[i] =
            fading == 1 ? first : first + (1 - first) * static_cast<double>(i) / static_cast<double>(fading - 1);
    return weights;
}

ParzenEstimator::ParzenEstimator(const Dimension& dimension, std::span<const double> values) : dimension_(dimension) {
    weights_ = values.empty() ? std::vector<double>() : trial_weights(values.size());
    weights_.push_back(1);
    const double sum = std::accumulate(weights_.begin(), weights_.end(), 0.0);
    for (double& weight : weights_) weight /= sum;
    if (dimension.range == Range::choice)
        set_choices(values);
    else
        set_kernels(values);
}

double ParzenEstimator::to_line(double value) const {
    return dimension_.range == Range::loguniform ? std::log(value) : value;
}

/// As far as the farther neighbour, but for the outermost; none narrower than the range over the number of kernels.
void ParzenEstimator::set_kernels(std::span<const double> values) {
    const double half_step = dimension_.range == Range::integer ? 0.5 : 0;
    low_ = to_line(dimension_.low) - half_step;
    high_ = to_line(dimension_.high) + half_step;
    for (const double value : values) means_.push_back(to_line(value));
    std::vector<std::size_t> sorted(means_.size());
    std::iota(sorted.begin(), sorted.end(), std::size_t{0});
    std::ranges::stable_sort(sorted, {}, [&](std::size_t i) { return means_[i]; });
    const double range = high_ - low_;
    const double narrowest = range / std::min(100.0, 2.0 + static_cast<double>(values.size()));
    deviations_.resize(means_.size());
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const bool first = i == 0, last = i + 1 == sorted.size();
        const double mean = means_[sorted[i]];
        const double below = mean - (first ? low_ : means_[sorted[i - 1]]);
        const double above = (last ? high_ : means_[sorted[i + 1]]) - mean;
        double width = std::max(below, above);
        if (sorted.size() > 1 && (first || last)) width = first ? above : below;
        deviations_[sorted[i]] = std::clamp(width, narrowest, range);
    }
    means_.push_back((low_ + high_) / 2);
    deviations_.push_back(range);
}

void ParzenEstimator::set_choices(std::span<const double> values) {
    const std::size_t count = dimension_.choices.size();
    const double kernels = static_cast<double>(values.size()) + 1, all = 1 + static_cast<double>(count) / kernels;
    choices_.assign(count, 0);
    for (std::size_t c = 0; c < count; ++c)
        for (std::size_t k = 0; k < values.size(); ++k)
            choices_[c] += weights_[k] * (1 / kernels + (static_cast<std::size_t>(values[k]) == c ? 1 : 0)) / all;
    for (double& likely : choices_) likely += weights_.back() / static_cast<double>(count);
}

double ParzenEstimator::mass(std::size_t kernel, double from, double to) const {
    const double a = (from - means_[kernel]) / deviations_[kernel], b = (to - means_[kernel]) / deviations_[kernel];
    return a > 0 ? normal_below(-a) - normal_below(-b) : normal_below(b) - normal_below(a);
}

double ParzenEstimator::log_density(double value) const {
    if (dimension_.range == Range::choice) return std::log(choices_[static_cast<std::size_t>(value)]);
    const double x = to_line(value);
    double density = 0;
    for (std::size_t k = 0; k < means_.size(); ++k) {
        const double inside = mass(k, low_, high_), z = (x - means_[k]) / deviations_[k];
        const double here = dimension_.range == Range::integer
                                ? mass(k, x - 0.5, x + 0.5)
                                : std::exp(-z * z / 2) / (deviations_[k] * std::sqrt(2 * std::numbers::pi));
        density += weights_[k] * here / inside;
    }
    return std::log(density);
}

double ParzenEstimator::draw(Rng& rng) const {
    if (dimension_.range == Range::choice) return static_cast<double>(drawn_index(choices_, rng));
    const std::size_t kernel = drawn_index(weights_, rng);
    double x = low_ - 1;
    while (x < low_ || x > high_)
        x = means_[kernel] + deviations_[kernel] * rng.normal();  // a third and more is inside
    return settled(dimension_, dimension_.range == Range::loguniform ? std::exp(x) : x);
}

Point suggest_point(const SearchSpace& space, std::span<const Point> ranked, std::span<const std::size_t> order,
                    Rng& rng) {
    if (ranked.size() < kStartupTrials) return random_point(space, rng);
    const std::size_t good = good_ones(ranked.size());
    Point point;
    for (std::size_t d = 0; d < space.size(); ++d) {
        const ParzenEstimator below(space[d], column(ranked.first(good), order.first(good), d));
        const ParzenEstimator above(space[d], column(ranked.subspan(good), order.subspan(good), d));
        double best = 0, gain = -std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < kCandidates; ++i) {
            const double candidate = below.draw(rng);
            const double found = below.log_density(candidate) - above.log_density(candidate);
            if (found <= gain) continue;
            gain = found;
            best = candidate;
        }
        point.push_back(best);
    }
    return point;
}

}  // namespace graft
