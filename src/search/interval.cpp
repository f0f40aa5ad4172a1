#include "search/interval.hpp"

#include <cmath>
#include <numeric>

namespace graft {
namespace {

/// The continued fraction of the incomplete beta function (Lentz), as Numerical Recipes 6.4 has it.
double beta_fraction(double a, double b, double x) {
    constexpr double kTiny = 1e-300, kEnough = 1e-15;
    const auto off_zero = [](double value) { return std::abs(value) < kTiny ? kTiny : value; };
    double c = 1, d = 1 / off_zero(1 - (a + b) * x / (a + 1)), result = d;
    for (int m = 1; m <= 1000; ++m) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        double change = 1;
        for (const double term : {even, odd}) {
            d = 1 / off_zero(1 + term * d);
            c = off_zero(1 + term / c);
            change = c * d;
            result *= change;
        }
        if (std::abs(change - 1) < kEnough) break;
    }
    return result;
}

/// The regularised incomplete beta function I_x(a, b).
double regularised_beta(double a, double b, double x) {
    if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
    const double front =
        std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
    return x < (a + 1) / (a + b + 2) ? front * beta_fraction(a, b, x) / a : 1 - front * beta_fraction(b, a, 1 - x) / b;
}

/// P(T <= t) for t >= 0.
double t_probability(double t, double freedom) {
    return 1 - 0.5 * regularised_beta(freedom / 2, 0.5, freedom / (freedom + t * t));
}

}  // namespace

double t_quantile(double p, double freedom) {
    double low = 0, high = 1;
    while (t_probability(high, freedom) < p) high *= 2;
    for (int i = 0; i < 200 && low < high; ++i) {
        const double middle = (low + high) / 2;
        (t_probability(middle, freedom) < p ? low : high) = middle;
    }
    return (low + high) / 2;
}

Spread spread_of(std::span<const double> values, std::size_t independent) {
    const auto count = static_cast<double>(values.size());
    Spread spread{.mean = std::accumulate(values.begin(), values.end(), 0.0) / count};
    double squares = 0;
    for (const double value : values) squares += (value - spread.mean) * (value - spread.mean);
    spread.deviation = std::sqrt(squares / (count - 1));
    const auto sample = static_cast<double>(independent);
    const double half = t_quantile(0.975, sample - 1) * spread.deviation / std::sqrt(sample);
    spread.low = spread.mean - half;
    spread.high = spread.mean + half;
    return spread;
}

}  // namespace graft
