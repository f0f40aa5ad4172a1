/// @file
/// Figures of a classification over all its images, and over resamples of them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graft/record/evaluation.hpp"
#include "statistics/ranking_areas.hpp"

namespace graft {

/// What a classifier made of one image.
struct EvaluatedImage {
    std::uint32_t truth = 0, predicted = 0;
    double loss = 0, brier = 0;
};

/// The figures that counts, losses and rankings give, with intervals: balanced_accuracy, macro_ and weighted_ means,
/// cohen_kappa, matthews, roc_auc, average_precision, loss, brier.
/// @param rankings of each class [K]; none: roc_auc and average_precision are unknown
[[nodiscard]] std::vector<MeasuredMetric> figures_with_intervals(std::span<const EvaluatedImage> images,
                                                                 std::size_t classes,
                                                                 std::span<const ImageRanking> rankings,
                                                                 const BootstrapRecord& bootstrap);

}  // namespace graft
