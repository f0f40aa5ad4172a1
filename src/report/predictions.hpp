/// @file
/// predictions.csv of an evaluation, image by image, of each task.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "graft/record/evaluation.hpp"

namespace graft {

/// One class per image.
struct ClassPrediction {
    std::string name;  ///< as in the file: relative to what was evaluated, as escaped() writes it
    std::uint32_t truth = 0, predicted = 0;
    float confidence = 0;         ///< probability of the predicted class
    float truth_probability = 0;  ///< probability of the true class

    [[nodiscard]] bool right() const { return truth == predicted; }
};

/// Any number of classes per image.
struct LabelPrediction {
    std::string name;
    std::string truth, found;  ///< classes with | between them
    bool right = false;
    float surprise = 0;            ///< how far the worst wrong answer is from its threshold's other side, 0..1
    std::uint32_t surprising = 0;  ///< which label that answer is about
};

/// A number of one image.
struct NumberPrediction {
    std::string name;
    double truth = 0, predicted = 0;
};

/// What predictions.csv says. Only the part that is the task's own has anything in it.
struct Predictions {
    std::vector<ClassPrediction> classes;
    std::vector<LabelPrediction> labels;
    std::vector<std::vector<NumberPrediction>> numbers;  ///< [target]; images without the number are left out
};

/// Reads row by row: a file of many images times many classes need not fit into memory.
/// @throws DataError when it cannot be read or is not of this evaluation
[[nodiscard]] Predictions read_predictions(const std::filesystem::path& file, const EvaluationRecord& record);

}  // namespace graft
