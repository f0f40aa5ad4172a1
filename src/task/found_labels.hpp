/// @file
/// What a batch's scores find of several classes per image, at a probability of 0.5.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "task/known.hpp"
#include "task/metric_state.hpp"
#include "task/scored_labels.hpp"

namespace graft {

/// Counts of every class. A class is found from a score of 0 on, a probability of 0.5.
class FoundLabels {
public:
    explicit FoundLabels(std::size_t classes) : counts_(classes) {}
    void add(const at::Tensor& scores, const at::Tensor& targets) {
        for_each_known(scores, targets, [&](std::size_t k, float score, float target) {
            const bool found = score >= 0, there = target > 0.5F;
            counts_[k] +=
                {.right = found && there ? 1 : 0, .found = found ? 1 : 0, .there = there ? 1 : 0, .images = 1};
        });
    }
    [[nodiscard]] const std::vector<LabelCounts>& counts() const { return counts_; }
    /// Of all classes together.
    [[nodiscard]] LabelCounts total() const {
        LabelCounts total;
        for (const LabelCounts& counts : counts_) total += counts;
        return total;
    }
    void keep(MetricState& state) { state.part(counts_); }

private:
    std::vector<LabelCounts> counts_;
};

}  // namespace graft
