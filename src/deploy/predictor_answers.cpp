/// What follows from the numbers of an image: classes, or "unknown".
#include <algorithm>

#include "core/ranking.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "graft/deploy/predictor.hpp"
#include "graft/record/evaluation.hpp"
#include "record/task_kind.hpp"

namespace graft {
namespace {

void expect_classes(const Predictor& predictor) {
    if (predictor.task() == text_of(TaskKind::regression))
        throw Error("the model predicts numbers: it knows no classes");
}

/// Throws Error where probabilities do not tell the answer.
Prediction by_probabilities_alone(const Predictor& predictor, std::span<const float> probabilities) {
    if (predictor.decision().max_distance)
        throw Error(format_text("{}: answers by the distance to its training images too: ask with a Prediction",
                                predictor.model()));
    return {.values = {probabilities.begin(), probabilities.end()}, .error = {}};
}

}  // namespace

std::vector<ClassProbability> Predictor::top(std::span<const float> probabilities, std::size_t count) const {
    expect_classes(*this);
    std::vector<ClassProbability> top;
    for (const std::size_t index : top_indices(probabilities, count))
        top.push_back({classes()[index], probabilities[index]});
    return top;
}

std::optional<ClassProbability> Predictor::answer(std::span<const float> probabilities) const {
    return answer(by_probabilities_alone(*this, probabilities));
}

std::optional<ClassProbability> Predictor::answer(const Prediction& prediction) const {
    if (task() != text_of(TaskKind::classification))
        throw Error(format_text("the model is of {}: it does not answer with one class", task()));
    if (!decision().answers(prediction.values, prediction.distance.value_or(kUnknown))) return std::nullopt;
    return top(prediction.values, 1).front();
}

std::vector<ClassProbability> Predictor::found(std::span<const float> probabilities) const {
    return found(by_probabilities_alone(*this, probabilities));
}

std::vector<ClassProbability> Predictor::found(const Prediction& prediction) const {
    expect_classes(*this);
    if (thresholds().empty()) {
        const std::optional<ClassProbability> likeliest = answer(prediction);
        return likeliest ? std::vector{*likeliest} : std::vector<ClassProbability>();
    }
    const std::vector<float>& probabilities = prediction.values;
    std::vector<ClassProbability> found;
    for (const std::size_t index : top_indices(probabilities, probabilities.size()))
        if (probabilities[index] >= thresholds()[index]) found.push_back({classes()[index], probabilities[index]});
    return found;
}

}  // namespace graft
