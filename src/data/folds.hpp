/// @file
/// Cross-validation: which fold an image validates in.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/sample.hpp"

namespace graft {

/// How images are dealt out.
struct FoldOptions {
    std::size_t folds = 5;
    std::uint64_t seed = 0;  ///< another seed deals otherwise
};

/// The fold of each sample, a function of its name and the seed: a file that comes or goes moves few others.
/// Without groups every class is spread evenly: folds differ by at most one image of a class, and by at most one in all
/// (scikit-learn's StratifiedKFold). With groups none is in two folds, and each in turn goes where the classes stay
/// most even, those first that are most uneven themselves (scikit-learn's StratifiedGroupKFold). So do images with
/// several labels, each a group of its own. Numbers are dealt out by name alone.
/// @param groups of the samples; empty: each is its own
/// @throws DataError when there are fewer groups than folds
[[nodiscard]] std::vector<std::size_t> folds_of(std::span<const Sample> samples, std::span<const std::string> groups,
                                                TargetKind kind, const FoldOptions& options);

}  // namespace graft
