#include "statistics/intervals.hpp"

#include <algorithm>
#include <cmath>

#include "core/quantile.hpp"

namespace graft {
namespace {

constexpr double kLow = 0.025, kHigh = 0.975;
constexpr double kNormalQuantile = 1.959963984540054;  // of kHigh

}  // namespace

Interval wilson(std::int64_t part, std::int64_t whole) {
    if (whole <= 0) return {};
    const auto n = static_cast<double>(whole);
    const double share = static_cast<double>(part) / n, z2 = kNormalQuantile * kNormalQuantile;
    const double centre = share + z2 / (2 * n);
    const double half = kNormalQuantile * std::sqrt(share * (1 - share) / n + z2 / (4 * n * n));
    const double scale = 1 + z2 / n;
    // At the ends the formula gives 0 and 1 but for rounding.
    return {part == 0 ? 0 : (centre - half) / scale, part == whole ? 1 : (centre + half) / scale};
}

Interval percentiles(std::vector<double> values) {
    std::erase_if(values, [](double value) { return !std::isfinite(value); });
    if (values.empty()) return {};
    std::ranges::sort(values);
    return {quantile(values, kLow), quantile(values, kHigh)};
}

BootstrapRecord bootstrap_of(std::int64_t images, std::int64_t classes) {
    constexpr std::int64_t kMost = 1000, kFewest = 100;
    constexpr std::int64_t kDraws = 200'000'000, kRankedScores = 1'000'000'000;
    if (images == 0) return {};
    const std::int64_t ranking = std::min(kMost, kRankedScores / (images * std::max<std::int64_t>(classes, 1)));
    return {.resamples = std::clamp(kDraws / images, kFewest, kMost),
            .ranking_resamples = ranking < kFewest ? 0 : ranking,
            .seed = 0};
}

double mcnemar_exact(std::int64_t only_one_right, std::int64_t only_other_right) {
    const std::int64_t few = std::min(only_one_right, only_other_right);
    const auto n = static_cast<double>(only_one_right + only_other_right);
    double tail = 0;  // of the binomial distribution with n trials of probability 1/2
    for (std::int64_t k = 0; k <= few; ++k) {
        const auto successes = static_cast<double>(k);
        tail += std::exp(std::lgamma(n + 1) - std::lgamma(successes + 1) - std::lgamma(n - successes + 1) -
                         n * std::log(2.0));
    }
    return std::min(1.0, 2 * tail);
}

}  // namespace graft
