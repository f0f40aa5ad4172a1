/// @file
/// Two models on the same images: where they differ, and whether that may be chance.
#pragma once

#include <map>
#include <string>

#include "graft/deploy/predictor.hpp"
#include "graft/record/evaluation.hpp"

namespace graft {

/// What a model said of an image.
struct Answer {
    std::string truth, predicted;
};
using Answers = std::map<std::string, Answer>;  ///< by the name of the image

/// Throws ConfigError unless both are of classification and know the same classes, in any order.
void expect_comparable(const Predictor& one, const Predictor& other);

struct ModelComparison {
    ComparisonRecord record;
    std::string differences;  ///< CSV: the images of which one model's answer is not the other's
};
/// Images that one of the models could not read count nowhere.
[[nodiscard]] ModelComparison compare_answers(const Answers& one, const Answers& other, const std::string& other_model);

}  // namespace graft
