#include "statistics/temperature.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"

namespace graft {
namespace {

constexpr std::size_t kFewestToCalibrate = 20;
constexpr double kLeastSharpness = 1e-3, kMostSharpness = 1e3;
constexpr double kChiSquare95 = 3.841458820694124;  // one degree of freedom

/// The mean cross entropy as a function of sharpness = 1 / temperature, which is convex.
struct Loss {
    double value = 0, slope = 0, curvature = 0;
};

Loss loss_of(std::span<const float> scores, std::span<const std::int64_t> labels, double sharpness) {
    const std::size_t classes = scores.size() / labels.size();
    Loss loss;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const std::span<const float> row = scores.subspan(i * classes, classes);
        const double largest = *std::ranges::max_element(row);
        double sum = 0, first = 0, second = 0;  // of weights, and of the moments of the scores
        for (const float score : row) {
            const double above = score - largest, weight = std::exp(sharpness * above);
            sum += weight;
            first += weight * above;
            second += weight * above * above;
        }
        const double truth = row[static_cast<std::size_t>(labels[i])] - largest, mean = first / sum;
        loss.value += std::log(sum) - sharpness * truth;
        loss.slope += mean - truth;
        loss.curvature += second / sum - mean * mean;
    }
    const auto images = static_cast<double>(labels.size());
    return {loss.value / images, loss.slope / images, loss.curvature / images};
}

/// Newton's method on the slope, kept inside of a bracket that bisection narrows.
double best_sharpness(std::span<const float> scores, std::span<const std::int64_t> labels) {
    double low = kLeastSharpness, high = kMostSharpness, sharpness = 1;
    for (int step = 0; step < 100; ++step) {
        const Loss loss = loss_of(scores, labels, sharpness);
        (loss.slope > 0 ? high : low) = sharpness;
        double next = sharpness - loss.slope / loss.curvature;
        if (!(next > low && next < high)) next = std::sqrt(low * high);
        if (std::abs(next - sharpness) < 1e-9 * sharpness) return next;
        sharpness = next;
    }
    return sharpness;
}

bool all_right(std::span<const float> scores, std::span<const std::int64_t> labels) {
    const std::size_t classes = scores.size() / labels.size();
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const std::span<const float> row = scores.subspan(i * classes, classes);
        if (std::ranges::max_element(row) - row.begin() != labels[i]) return false;
    }
    return true;
}

}  // namespace

TemperatureFit fit_temperature(std::span<const float> scores, std::span<const std::int64_t> labels) {
    const std::string images = count_of(labels.size(), "validation image");
    if (labels.size() < kFewestToCalibrate)
        return {1, format_text("{}: at least {} are needed", images, kFewestToCalibrate)};
    if (all_right(scores, labels)) return {1, format_text("each of the {} is right", images)};
    const double sharpness = best_sharpness(scores, labels);
    const double gain = loss_of(scores, labels, 1).value - loss_of(scores, labels, sharpness).value;
    if (2 * gain * static_cast<double>(labels.size()) < kChiSquare95)
        return {1, format_text("{} show no significant difference from a temperature of 1 (the best is {:.3f})", images,
                               1 / sharpness)};
    return {1 / sharpness, ""};
}

double loss_at(std::span<const float> scores, std::span<const std::int64_t> labels, double temperature) {
    return loss_of(scores, labels, 1 / temperature).value;
}

}  // namespace graft
