/// @file
/// What can be said of a classification from counts alone. Names and values are scikit-learn's, with zero_division=0.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace graft {

/// Images of each class, by truth, by prediction, and where both agree. [K]
struct ClassCounts {
    explicit ClassCounts(std::size_t classes) : truth(classes), predicted(classes), right(classes) {}
    void add(std::size_t true_class, std::size_t predicted_class) {
        truth[true_class] += 1;
        predicted[predicted_class] += 1;
        right[true_class] += true_class == predicted_class ? 1 : 0;
    }
    std::vector<double> truth, predicted, right;
};

inline constexpr auto kCountFigures = std::to_array<std::string_view>(
    {"balanced_accuracy", "macro_precision", "macro_recall", "macro_f1", "weighted_precision", "weighted_recall",
     "weighted_f1", "cohen_kappa", "matthews"});
using CountFigures = std::array<double, kCountFigures.size()>;

/// Macro means are over the classes that some image has or was predicted as, the balanced accuracy over those that some
/// image has. Cohen's kappa is NaN where every image has, and was predicted as, one and the same class; Matthews'
/// coefficient is then 0.
[[nodiscard]] CountFigures count_figures(const ClassCounts& counts);

}  // namespace graft
