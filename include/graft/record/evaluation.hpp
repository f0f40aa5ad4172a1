/// @file
/// What an evaluation found, of each task. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
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

/// One class per image.
struct GRAFT_EXPORT ClassificationRecord {
    double accuracy = 0;
    double loss = 0;                                     ///< mean cross entropy, natural logarithm
    std::vector<std::pair<std::int64_t, double>> top_k;  ///< (k, share of images whose class is among the k likeliest)
    std::vector<ClassRecord> classes;
    std::vector<std::vector<std::int64_t>> confusion;  ///< [true class][predicted class]

    /// Means over the classes that have images, each class counting the same.
    [[nodiscard]] ClassRecord macro_average() const;
};

/// A class of which an image has any number: found where its probability reaches the threshold. Images that do not say
/// whether they have it count nowhere.
struct LabelRecord {
    std::string name;
    double average_precision = 0;  ///< step-wise, as scikit-learn's; 0 when no image has it
    double precision = 0, recall = 0, f1 = 0;
    std::int64_t support = 0;  ///< images that have it
    std::int64_t known = 0;    ///< images that say whether they have it
    double threshold = 0.5;
};

/// Any number of classes per image. Means over classes are over those of which images say something.
struct MultiLabelRecord {
    double mean_average_precision = 0;
    double micro_f1 = 0, macro_f1 = 0;
    double exact_match = 0;   ///< share of images of which every class that is known was found right
    double hamming_loss = 0;  ///< share of wrong answers among all that are known
    double loss = 0;          ///< mean binary cross entropy, natural logarithm
    std::vector<LabelRecord> classes;
};

/// A number that was predicted. Images without it count nowhere.
struct TargetRecord {
    std::string name;
    double mae = 0, rmse = 0;  ///< in the target's units
    double r2 = 0;             ///< NaN for fewer than two images
    std::int64_t support = 0;  ///< images that have it
};

/// One or several numbers per image.
struct RegressionRecord {
    double mae = 0, rmse = 0, r2 = 0;  ///< means over the targets
    std::vector<TargetRecord> targets;
};

/// One of the numbers that an evaluation is judged by.
struct MeasuredMetric {
    std::string name;  ///< "accuracy", "top_5", "mean_average_precision", "rmse"
    double value = 0;
    bool more_is_better = true;
};

/// What is the same for every task, and what is the task's own.
struct GRAFT_EXPORT EvaluationRecord {
    std::string source;  ///< the folder, or what else was evaluated
    std::int64_t images = 0;
    std::variant<ClassificationRecord, MultiLabelRecord, RegressionRecord> result;

    /// "classification", "multi_label", "regression".
    [[nodiscard]] std::string_view task() const;
    /// The result of a task. Throws Error when the evaluation was of another.
    [[nodiscard]] const ClassificationRecord& classification() const;
    [[nodiscard]] const MultiLabelRecord& multi_label() const;
    [[nodiscard]] const RegressionRecord& regression() const;
    /// The numbers over everything, the one that says most first.
    [[nodiscard]] std::vector<MeasuredMetric> metrics() const;
};

/// A table per class or target and the totals, as report.txt and `graft evaluate` show it.
[[nodiscard]] GRAFT_EXPORT std::string to_text(const EvaluationRecord& record);

}  // namespace graft
