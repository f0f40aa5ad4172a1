/// @file
/// What a batch's scores find of several classes per image, at a probability of 0.5.
#pragma once

#include <ATen/core/Tensor.h>

#include <cmath>
#include <vector>

#include "task/scored_labels.hpp"

namespace graft {

/// Calls visit(class, score, whether the image has it) for all that is known, image by image.
template <class Visit>
void for_each_known(const at::Tensor& scores, const at::Tensor& targets, const Visit& visit) {
    const at::Tensor whole_scores = scores.contiguous(), whole_targets = targets.contiguous();  // [N,K]
    const float* score = whole_scores.const_data_ptr<float>();
    const float* target = whole_targets.const_data_ptr<float>();
    for (std::int64_t n = 0; n < targets.size(0); ++n)
        for (std::int64_t k = 0; k < targets.size(1); ++k, ++score, ++target)
            if (!std::isnan(*target)) visit(static_cast<std::size_t>(k), *score, *target > 0.5F);
}

/// Counts of every class. A class is found from a score of 0 on, a probability of 0.5.
class FoundLabels {
public:
    explicit FoundLabels(std::size_t classes) : counts_(classes) {}
    void add(const at::Tensor& scores, const at::Tensor& targets) {
        for_each_known(scores, targets, [&](std::size_t k, float score, bool there) {
            const bool found = score >= 0;
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

private:
    std::vector<LabelCounts> counts_;
};

}  // namespace graft
