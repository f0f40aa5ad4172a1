/// @file
/// What an evaluation found, of each task. Plain data.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "graft/core/export.hpp"

namespace graft {

/// What stands for "nothing can be said": null in JSON.
inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// Where a number lies with 95 % confidence.
struct Interval {
    double low = kUnknown, high = kUnknown;
};

/// One of the numbers that an evaluation is judged by.
struct MeasuredMetric {
    std::string name;  ///< "accuracy", "top_5", "mean_average_precision", "rmse"
    double value = 0;
    bool more_is_better = true;
    Interval interval = {};
};

struct ClassRecord {
    std::string name;
    double precision = 0;      ///< share of the images predicted as this class that belong to it; 0 when there are none
    double recall = 0;         ///< share of the images of this class that were predicted as it; 0 when there are none
    double f1 = 0;             ///< harmonic mean of precision and recall; 0 when both are
    std::int64_t support = 0;  ///< images of this class
    std::int64_t predicted = 0;                               ///< images that were predicted as it
    Interval precision_interval, recall_interval;             ///< Wilson's
    double roc_auc = kUnknown, average_precision = kUnknown;  ///< of this class against the rest
};

/// Images whose likeliest class has a probability in (low, high].
struct ReliabilityBin {
    double low = 0, high = 0;
    std::int64_t images = 0;
    double confidence = 0, accuracy = 0;  ///< mean probability of the likeliest class; share that was right
};

/// How far probabilities can be taken for what they say.
struct Reliability {
    double ece = 0;  ///< expected calibration error: mean |confidence - accuracy| over the bins, weighted by images
    Interval ece_interval;
    double loss = 0;                   ///< mean cross entropy
    std::vector<ReliabilityBin> bins;  ///< 15 of equal width, the empty ones too
};

/// Images of one class that were taken for another.
struct ConfusedPair {
    std::string name, predicted;
    std::int64_t images = 0;
    double share = 0;  ///< of the class's images
};

/// What is answered, and how well, when images are left unanswered whose likeliest class is less probable than this.
struct CoveragePoint {
    double min_confidence = 0;
    double coverage = 0;  ///< share of images that are answered
    double accuracy = 0;  ///< of those
};

/// The images of one folder below the one that was evaluated.
struct FolderRecord {
    std::string name;  ///< "cat/indoors"
    std::int64_t images = 0, right = 0;
    double accuracy = 0;
    Interval interval;  ///< Wilson's
};

/// What a model would reach that always says the commonest class.
struct BaselineRecord {
    std::string name;
    double accuracy = 0;
};

/// How the intervals were computed: Wilson's for shares of images, else percentiles of a bootstrap over images.
struct BootstrapRecord {
    std::int64_t resamples = 0;
    std::int64_t ranking_resamples = 0;  ///< of roc_auc and average_precision; fewer for many images and classes
    std::uint64_t seed = 0;
};

/// One class per image.
struct GRAFT_EXPORT ClassificationRecord {
    double accuracy = 0;
    double loss = 0;                                     ///< mean cross entropy, natural logarithm
    std::vector<std::pair<std::int64_t, double>> top_k;  ///< (k, share of images whose class is among the k likeliest)
    std::vector<ClassRecord> classes;
    std::vector<std::vector<std::int64_t>> confusion;  ///< [true class][predicted class]
    std::vector<MeasuredMetric> figures;               ///< all numbers over everything, the accuracy first
    BootstrapRecord bootstrap;
    Reliability reliability;
    std::optional<Reliability> uncalibrated;  ///< without the model's temperature, where it has one
    std::vector<ConfusedPair> confused;       ///< the most frequent first, at most 20
    std::vector<CoveragePoint> coverage;      ///< from everything answered on, in steps of 5 % of the images
    BaselineRecord baseline;
    std::vector<FolderRecord> folders;  ///< where there are others than one per class

    /// Means over the classes that some image has or was predicted as, each class counting the same.
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

/// When a model says "unknown", and what came of it.
struct DecisionRecord {
    double min_confidence = 0;       ///< the likeliest class has to be at least so probable
    double min_margin = 0;           ///< and so much more probable than the second
    double max_distance = kUnknown;  ///< and the image at most so far from the training images; NaN: however far
    std::int64_t answered = 0;       ///< images that got a class
    double accuracy = 0;             ///< of those
    Interval interval;               ///< Wilson's, of that accuracy
};

/// Two models on the same images.
struct ComparisonRecord {
    std::string other;                                                           ///< the other model's file
    std::int64_t both_right = 0, only_this = 0, only_other = 0, both_wrong = 0;  ///< images
    double p_value = 1;  ///< McNemar's exact test, two-sided: that a difference like this is chance
};

/// What is the same for every task, and what is the task's own.
struct GRAFT_EXPORT EvaluationRecord {
    std::string source;  ///< the folder, or what else was evaluated
    std::int64_t images = 0;
    std::variant<ClassificationRecord, MultiLabelRecord, RegressionRecord> result;
    std::string model = {};  ///< its file; empty: not said
    std::string tta = {};    ///< "flip", "five_crop", …; empty: one picture per image
    std::optional<DecisionRecord> decision = {};
    std::optional<ComparisonRecord> comparison = {};

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
