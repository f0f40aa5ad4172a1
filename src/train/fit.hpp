/// @file
/// Heads that are fitted to all features at once, where others are trained in steps. Their files are in train/fits/.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "network/head.hpp"
#include "task/loss.hpp"
#include "train/training_set.hpp"

namespace graft {

/// What a head is fitted to.
struct FitData {
    at::Tensor features;  ///< float32 [N,C]; of augmented images every view that is kept
    at::Tensor targets;   ///< as Task::targets makes them
    at::Tensor weights;   ///< float32 [N]; undefined: all count the same
    std::stop_token stop;
};

/// Sets a head's values. @return what is to be told of it, for people
/// @throws Interrupted when a stop is requested
using Fit = std::function<std::string(const FitData& data, const Loss& loss, const TorchModule& head)>;

/// How a head is fitted; none: it is trained in steps.
[[nodiscard]] Fit fit_of(const HeadOptions& options);

/// The classifier's rows become the class means of the features' directions, times a scale: scores are cosines times
/// it. A class without images is as far from everything as can be. For targets of one class.
/// @param scale nothing: the one with the lowest cross entropy of every image against the means of the others (the most
///        where there is one image per class: kUsualScale)
[[nodiscard]] Fit nearest_mean_fit(std::optional<double> scale);
inline constexpr double kUsualScale = 15;

/// The classifier's values are those with the least  c * (sum of the samples' losses) + 1/2 * (sum of squared weights);
/// biases are free. With cross entropy this is scikit-learn's LogisticRegression(C=c), with squared errors its
/// Ridge(alpha=1/(2c)). Found by L-BFGS in double precision.
[[nodiscard]] Fit linear_probe_fit(double c);

/// All features of a set, every view of them. @throws Interrupted when a stop is requested
[[nodiscard]] FitData data_to_fit(const TrainingSet& set);

}  // namespace graft
