/// @file
/// Counts what a classifier got right, and all that follows from its probabilities.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graft/record/decision.hpp"
#include "graft/record/evaluation.hpp"
#include "statistics/reliability.hpp"

namespace graft {

/// What is known of the model, and asked of the evaluation.
struct ClassificationContext {
    std::vector<std::string> classes;
    /// Which k to report beside 1; those that are not below the number of classes say nothing and are left out.
    std::vector<std::int64_t> top_k;
    double temperature = 1;  ///< that is inside of the probabilities
    Decision decision = {};
};

/// Collects (label, probabilities) pairs. Memory grows by 4 K + 40 bytes per image; beyond 250 million probabilities
/// they are no longer kept, and roc_auc and average_precision are unknown.
class ClassificationMetrics {
public:
    explicit ClassificationMetrics(ClassificationContext context);

    /// @param probabilities [K], their sum is 1. Of equal ones the class that comes first is predicted.
    /// @param folder that the image lies in; "": none
    /// @param distance to the training images, for decisions by it
    /// @return the predicted class
    std::size_t add(std::int64_t label, std::span<const float> probabilities, std::string_view folder = {},
                    double distance = kUnknown);
    /// Adds what another one of the same context has collected.
    void add(const ClassificationMetrics& other);
    [[nodiscard]] EvaluationRecord finish(const std::string& source) const;

private:
    struct Image {
        std::uint32_t truth, predicted;
        double brier;
    };
    struct Folder {
        std::int64_t images = 0, right = 0;
        std::uint32_t truth = 0;  // of its first image
        bool one_class = true;
    };

    void keep_scores(std::span<const float> probabilities);
    void add_to_folder(std::string_view name, const Image& image, std::int64_t images, std::int64_t right);
    [[nodiscard]] std::vector<ClassRecord> class_records(const std::vector<std::vector<std::int64_t>>& confusion) const;
    [[nodiscard]] std::vector<FolderRecord> folder_records() const;
    [[nodiscard]] DecisionRecord decision_record() const;
    void add_figures(ClassificationRecord& record) const;

    ClassificationContext context_;
    std::vector<std::int64_t> top_k_, top_k_hits_;
    std::int64_t answered_ = 0, answered_right_ = 0;
    std::vector<Image> images_;
    std::vector<Confidence> confidences_, uncalibrated_;
    std::vector<float> scores_;  // [N,K]; empty when there are too many
    bool too_many_scores_ = false;
    std::map<std::string, Folder, std::less<>> folders_;
};

}  // namespace graft
