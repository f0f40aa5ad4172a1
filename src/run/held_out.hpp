/// @file
/// Probabilities of classes for images that the head has not seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "graft/core/reporter.hpp"

namespace graft {

/// Vectors of images that have one class each.
struct LabelledVectors {
    std::span<const float> values;         ///< [N,C] row by row
    std::span<const std::int64_t> labels;  ///< [N]
    std::span<const std::size_t> groups;   ///< [N]; images of a group stay in one fold
    std::size_t classes = 0;
};

struct HeldOutOptions {
    std::size_t folds = 5;
    std::uint64_t seed = 0;
    std::stop_token stop;
};

/// Which fold each image is in. Each class is spread over the folds as evenly as its groups allow.
[[nodiscard]] std::vector<std::size_t> make_folds(const LabelledVectors& vectors, const HeldOutOptions& options);

/// For every fold a softmax regression (scikit-learn's LogisticRegression with C = 1, on standardised vectors) is
/// fitted to the others. @return [N,K] row by row. @throws Interrupted when a stop is requested
[[nodiscard]] std::vector<float> held_out_probabilities(const LabelledVectors& vectors, const HeldOutOptions& options,
                                                        Reporter& reporter);

}  // namespace graft
