/// @file
/// The learning-rate range test (Smith 2017), as fastai does it: a short training whose rate rises step by step.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/json.hpp"
#include "search/shared_features.hpp"

namespace graft {

struct LrFindOptions {
    double start = 1e-7, end = 10;
    std::int64_t steps = 100;
    std::size_t phase = 0;  ///< of /training/phases, counted from 0
};

struct LrPoint {
    double learning_rate = 0;
    double loss = 0;
    double smoothed = 0;  ///< exponentially, 0.98, with bias correction
};

struct LrFindRecord {
    std::string trains;  ///< "head", "layer4", …
    std::vector<LrPoint> curve;
    bool stopped = false;  ///< the loss had grown to four times its best, or was no number
    std::optional<double> valley, steepest;
};

/// Trains a phase from the pretrained weights and a new head, in memory alone. Schedule, callbacks and averaging of
/// weights are left out.
/// @throws ConfigError, DataError, Error as a run does; Interrupted
[[nodiscard]] LrFindRecord find_learning_rate(const RunOptions& options, const Tables& tables, const LrFindOptions& how,
                                              const SearchControl& control);

/// Smoothed losses, one by one.
class SmoothedLoss {
public:
    /// The smoothed loss with one more. fastai's AvgSmoothLoss.
    double add(double loss);

private:
    double value_ = 0, left_ = 1;  ///< left_: the share of the 0 that it began with
};

/// In the middle third of the longest falling stretch of the curve (fastai's "valley"): the index.
/// @param losses at least two
[[nodiscard]] std::size_t valley_of(std::span<const double> losses);
/// Where the loss falls steepest over the logarithm of the rate (fastai's "steep"): the index.
[[nodiscard]] std::size_t steepest_of(std::span<const double> rates, std::span<const double> losses);

[[nodiscard]] Json to_json(const LrFindRecord& record);
[[nodiscard]] std::string csv_of(const LrFindRecord& record);
/// A picture of the curve with the suggestions.
[[nodiscard]] std::string svg_of(const LrFindRecord& record);
/// The same in letters.
[[nodiscard]] std::string text_of(const LrFindRecord& record);

}  // namespace graft
