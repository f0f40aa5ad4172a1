/// @file
/// How far the probability of the likeliest class can be taken for the share of images that are right.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graft/record/evaluation.hpp"

namespace graft {

/// What a model said of one image.
struct Confidence {
    float probability = 0;  ///< of the likeliest class
    bool right = false;
    double loss = 0;  ///< cross entropy
};

/// 15 bins of equal width (Guo et al. 2017). The interval is a bootstrap's, mirrored at the value, for resampling adds
/// to this error as chance has added to it: [2 ece - q97.5, 2 ece - q2.5], not below 0.
[[nodiscard]] Reliability reliability_of(std::span<const Confidence> images, const BootstrapRecord& bootstrap);

/// From everything answered on, in steps of 5 % of the images.
[[nodiscard]] std::vector<CoveragePoint> coverage_of(std::span<const Confidence> images);

/// What softmax makes of scores [K] over a temperature.
[[nodiscard]] Confidence confidence_of(std::span<const float> scores, std::int64_t label, double temperature);

/// The logarithms of probabilities, times a temperature: scores of which softmax would have made the probabilities with
/// that temperature. Without it softmax makes of them what the network meant before it was calibrated.
[[nodiscard]] std::vector<float> scores_behind(std::span<const float> probabilities, double temperature);

}  // namespace graft
