#include "statistics/reliability.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/random.hpp"
#include "statistics/intervals.hpp"

namespace graft {
namespace {

constexpr std::size_t kReliabilityBins = 15;
constexpr std::size_t kCoverageSteps = 20;
constexpr double kLeastProbability = 1e-12;  // a class that was ruled out has a finite loss

/// Of (low, high]: a probability on the edge belongs to the bin below.
std::size_t bin_of(float probability) {
    const double place = std::ceil(static_cast<double>(probability) * kReliabilityBins) - 1;
    return static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(kReliabilityBins - 1)));
}

struct BinSums {
    double images = 0, confidence = 0, right = 0;
};
using AllBins = std::array<BinSums, kReliabilityBins>;

void add(AllBins& bins, const Confidence& image) {
    BinSums& bin = bins[bin_of(image.probability)];
    bin.images += 1;
    bin.confidence += image.probability;
    bin.right += image.right ? 1 : 0;
}

double error_of(const AllBins& bins, std::size_t images) {
    double sum = 0;
    for (const BinSums& bin : bins) sum += std::abs(bin.confidence - bin.right);
    return sum / static_cast<double>(images);
}

Interval error_interval(std::span<const Confidence> images, double error, const BootstrapRecord& bootstrap) {
    if (bootstrap.resamples == 0) return {};
    std::vector<double> errors;
    for (std::int64_t r = 0; r < bootstrap.resamples; ++r) {
        Rng draws = Rng::stream(bootstrap.seed, "ece", {static_cast<std::uint64_t>(r)});
        AllBins bins{};
        for (std::size_t i = 0; i < images.size(); ++i)
            add(bins, images[static_cast<std::size_t>(draws.uniform() * static_cast<double>(images.size()))]);
        errors.push_back(error_of(bins, images.size()));
    }
    const Interval resampled = percentiles(std::move(errors));
    return {std::max(0.0, 2 * error - resampled.high), std::max(0.0, 2 * error - resampled.low)};
}

}  // namespace

Reliability reliability_of(std::span<const Confidence> images, const BootstrapRecord& bootstrap) {
    AllBins bins{};
    Reliability reliability;
    for (const Confidence& image : images) {
        add(bins, image);
        reliability.loss += image.loss;
    }
    for (std::size_t i = 0; i < bins.size(); ++i) {
        const double images_here = std::max(bins[i].images, 1.0);
        reliability.bins.push_back({.low = static_cast<double>(i) / kReliabilityBins,
                                    .high = static_cast<double>(i + 1) / kReliabilityBins,
                                    .images = static_cast<std::int64_t>(bins[i].images),
                                    .confidence = bins[i].confidence / images_here,
                                    .accuracy = bins[i].right / images_here});
    }
    if (images.empty()) return reliability;
    reliability.loss /= static_cast<double>(images.size());
    reliability.ece = error_of(bins, images.size());
    reliability.ece_interval = error_interval(images, reliability.ece, bootstrap);
    return reliability;
}

std::vector<CoveragePoint> coverage_of(std::span<const Confidence> images) {
    std::vector<Confidence> ranked(images.begin(), images.end());
    std::ranges::stable_sort(ranked, std::greater(), &Confidence::probability);
    std::vector<double> right = {0};  // among the first so many
    for (const Confidence& image : ranked) right.push_back(right.back() + (image.right ? 1 : 0));
    std::vector<CoveragePoint> points;
    for (std::size_t step = kCoverageSteps; step > 0 && !ranked.empty(); --step) {
        // The last image that is answered, and all that are as probable.
        std::size_t answered = std::max<std::size_t>(ranked.size() * step / kCoverageSteps, 1);
        const float least = ranked[answered - 1].probability;
        while (answered < ranked.size() && ranked[answered].probability == least) ++answered;
        const CoveragePoint point{least, static_cast<double>(answered) / static_cast<double>(ranked.size()),
                                  right[answered] / static_cast<double>(answered)};
        if (points.empty() || points.back().coverage != point.coverage) points.push_back(point);
    }
    return points;
}

Confidence confidence_of(std::span<const float> scores, std::int64_t label, double temperature) {
    const auto largest = std::ranges::max_element(scores);
    double sum = 0;
    for (const float score : scores) sum += std::exp((double{score} - *largest) / temperature);
    const double truth = std::exp((double{scores[static_cast<std::size_t>(label)]} - *largest) / temperature) / sum;
    return {.probability = static_cast<float>(1 / sum),
            .right = largest - scores.begin() == label,
            .loss = -std::log(std::max(truth, kLeastProbability))};
}

std::vector<float> scores_behind(std::span<const float> probabilities, double temperature) {
    std::vector<float> scores;
    for (const float probability : probabilities)
        scores.push_back(static_cast<float>(temperature * std::log(std::max(double{probability}, 1e-30))));
    return scores;
}

}  // namespace graft
