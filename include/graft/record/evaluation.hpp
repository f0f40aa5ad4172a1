/// @file
/// What an evaluation found. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "graft/core/export.hpp"

namespace graft {

struct ClassRecord {
    std::string name;
    double precision = 0;      ///< share of the images predicted as this class that belong to it; 0 when there are none
    double recall = 0;         ///< share of the images of this class that were predicted as it; 0 when there are none
    double f1 = 0;             ///< harmonic mean of precision and recall; 0 when both are
    std::int64_t support = 0;  ///< images of this class
};

struct GRAFT_EXPORT EvaluationRecord {
    std::string source;  ///< the folder, or what else was evaluated
    std::int64_t images = 0;
    double accuracy = 0;
    double loss = 0;                                     ///< mean cross entropy, natural logarithm
    std::vector<std::pair<std::int64_t, double>> top_k;  ///< (k, share of images whose class is among the k likeliest)
    std::vector<ClassRecord> classes;
    std::vector<std::vector<std::int64_t>> confusion;  ///< [true class][predicted class]

    /// Means over the classes that have images, each class counting the same.
    [[nodiscard]] ClassRecord macro_average() const;
};

/// A table per class and the totals, as report.txt and `graft evaluate` show it.
[[nodiscard]] GRAFT_EXPORT std::string to_text(const EvaluationRecord& record);

}  // namespace graft
