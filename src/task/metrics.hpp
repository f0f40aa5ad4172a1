/// @file
/// Counts what a classifier got right.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "record/evaluation_text.hpp"

namespace graft {

/// Collects (label, probabilities) pairs; memory does not grow with their number.
class ClassificationMetrics {
public:
    /// @param top_k which k to report beside 1; those that are not below the number of classes say nothing and are left
    /// out
    ClassificationMetrics(std::vector<std::string> classes, std::span<const std::int64_t> top_k);

    /// @param probabilities [K], their sum is 1. Of equal ones the class that comes first is predicted.
    /// @return the predicted class
    std::size_t add(std::int64_t label, std::span<const float> probabilities);
    /// Adds what another one with the same classes has counted.
    void add(const ClassificationMetrics& other);
    [[nodiscard]] EvaluationRecord finish(const std::string& source) const;

private:
    std::vector<std::string> classes_;
    std::vector<std::int64_t> top_k_, top_k_hits_;
    std::vector<std::vector<std::int64_t>> confusion_;
    std::int64_t images_ = 0;
    double loss_sum_ = 0;
};

}  // namespace graft
