/// @file
/// The temperature that class scores are divided by before softmax, so that probabilities say how often they are right
/// (Guo et al. 2017).
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace graft {

struct TemperatureFit {
    double temperature = 1;
    std::string reason;  ///< why it is 1: "each of the 64 images is right"; empty where it was fitted
};

/// The temperature with the least mean cross entropy, to 1e-6. It is 1 where the images cannot tell: where there are
/// fewer than 20, where all of them are right (the best temperature would be 0), or where the gain is not significant
/// (likelihood-ratio test, 95 %).
/// @param scores [N,K], row by row @param labels [N]
[[nodiscard]] TemperatureFit fit_temperature(std::span<const float> scores, std::span<const std::int64_t> labels);

/// Mean cross entropy of softmax(scores / temperature).
[[nodiscard]] double loss_at(std::span<const float> scores, std::span<const std::int64_t> labels, double temperature);

}  // namespace graft
