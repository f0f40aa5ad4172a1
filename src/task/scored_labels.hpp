/// @file
/// How well scores tell the images that have a label from those that have not.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "task/metric_state.hpp"

namespace graft {

/// What a threshold makes of scores: a label is found where the score is at least the threshold.
struct LabelCounts {
    std::int64_t right = 0;   ///< found and there
    std::int64_t found = 0;   ///< rightly or wrongly
    std::int64_t there = 0;   ///< images that have the label
    std::int64_t images = 0;  ///< all that say whether they have it

    /// 0 where nothing was found, nothing is there, or nothing was right (scikit-learn's zero_division=0).
    [[nodiscard]] double precision() const;
    [[nodiscard]] double recall() const;
    [[nodiscard]] double f1() const;
    [[nodiscard]] std::int64_t wrong() const { return found - right + there - right; }
    LabelCounts& operator+=(const LabelCounts& other);
};

/// The scores of one label. Memory grows with the number of images: five bytes each.
class ScoredLabel {
public:
    void add(float score, bool there);
    void add(const ScoredLabel& other);
    /// As Metric::keep.
    void keep(MetricState& state) {
        state.part(scores_);
        state.part(there_);
    }
    [[nodiscard]] std::size_t size() const { return scores_.size(); }

    [[nodiscard]] LabelCounts counts(float threshold) const;
    /// The sum over the distinct scores, from the highest on, of (rise of recall) * precision: scikit-learn's
    /// average_precision_score. 0 when no image has the label.
    [[nodiscard]] double average_precision() const;

    /// Thresholds are scores that occur. Nothing when no image has the label, or no threshold gives what is asked for.
    /// That with the highest F1; of equal ones the lowest.
    [[nodiscard]] std::optional<float> best_f1() const;
    /// The lowest at which the precision is at least `least`.
    [[nodiscard]] std::optional<float> with_precision(double least) const;
    /// The highest precision of all thresholds, and the lowest that gives it; nothing where no image has the label.
    struct Reached {
        double precision = 0;
        float threshold = 0;
    };
    [[nodiscard]] std::optional<Reached> best_precision() const;
    /// The highest at which the recall is at least `least`.
    [[nodiscard]] std::optional<float> with_recall(double least) const;

private:
    /// Calls visit(score, counts at that threshold) for every distinct score, from the highest on.
    template <class Visit>
    void for_each_threshold(const Visit& visit) const;

    std::vector<float> scores_;
    std::vector<char> there_;
};

}  // namespace graft
