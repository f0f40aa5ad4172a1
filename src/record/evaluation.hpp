/// @file
/// What an evaluation found. Plain data, to and from JSON, to CSV and to text.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "config/json.hpp"

namespace graft {

struct ClassRecord {
    std::string name;
    double precision = 0;      ///< of what was called this class, the share that is; 0 when nothing was
    double recall = 0;         ///< of what is this class, the share that was called so; 0 when there is none
    double f1 = 0;             ///< harmonic mean of both; 0 when both are
    std::int64_t support = 0;  ///< images of this class
};

struct EvaluationRecord {
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

[[nodiscard]] Json to_json(const EvaluationRecord& record);
/// A table per class and the totals, for a terminal and report.txt.
[[nodiscard]] std::string to_text(const EvaluationRecord& record);
/// The confusion matrix with names: rows are true classes, columns predicted ones.
[[nodiscard]] std::string confusion_csv(const EvaluationRecord& record);
/// class, precision, recall, f1, support.
[[nodiscard]] std::string classes_csv(const EvaluationRecord& record);

}  // namespace graft
