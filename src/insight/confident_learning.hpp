/// @file
/// Which labels are likely to be wrong: confident learning (Northcutt, Jiang and Chuang 2021).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace graft {

/// What a network that has not seen an image makes of it. [N,K] row by row; a row sums to 1.
struct HeldOutProbabilities {
    std::span<const float> values;
    std::size_t classes = 0;
    [[nodiscard]] std::span<const float> of(std::size_t image) const {
        return values.subspan(image * classes, classes);
    }
};

/// How many images labelled i are confidently of class j, scaled to the number of images labelled i. [K][K]
///
/// An image counts as of class j when its probability of j reaches the mean of that probability over the images
/// labelled j; of several such classes the most probable one counts.
[[nodiscard]] std::vector<std::vector<std::int64_t>> confident_joint(std::span<const std::int64_t> labels,
                                                                     const HeldOutProbabilities& probabilities);

struct LabelError {
    std::size_t image = 0;
    float probability = 0;       ///< of its label
    std::int64_t suggested = 0;  ///< the most probable class
};

/// cleanlab's `find_label_issues(filter_by="prune_by_noise_rate")`: of the images labelled i, as many as the joint
/// says are of class j, those with the largest p_j - p_i; never those whose label is the most probable class.
/// @return the least probable label first
[[nodiscard]] std::vector<LabelError> find_label_errors(std::span<const std::int64_t> labels,
                                                        const HeldOutProbabilities& probabilities);

}  // namespace graft
