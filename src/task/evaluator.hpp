/// @file
/// Counts how well a model does what it was taught, from what model.pt gives. One for each task, in task/evaluators/.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/json.hpp"
#include "data/image_folder.hpp"
#include "graft/record/decision.hpp"
#include "graft/record/evaluation.hpp"
#include "record/task_kind.hpp"

namespace graft {

/// What is known of the model, and asked of the evaluation.
struct EvaluatorContext {
    std::vector<std::string> outputs;  ///< names of the K values
    std::vector<float> thresholds;     ///< [K], of multi_label
    std::vector<std::int64_t> top_k;   ///< of classification
    double temperature = 1;            ///< the same: what model.pt divides scores by
    Decision decision = {};            ///< the same
};

/// What a model gives for an image.
struct ModelOutput {
    // NOLINTBEGIN(google-explicit-constructor): mostly the values are all there is
    ModelOutput(std::span<const float> given, std::optional<float> far = {}) : values(given), distance(far) {}
    ModelOutput(const std::vector<float>& given) : values(given) {}
    // NOLINTEND(google-explicit-constructor)

    std::span<const float> values;  ///< [K], as model.pt gives them: probabilities, or numbers in the units of the data
    std::optional<float> distance;  ///< to the training images, where the model can say
};

class Evaluator {
public:
    virtual ~Evaluator() = default;
    virtual void add(const Sample& sample, const ModelOutput& output) = 0;
    /// Adds what another one of the same context has counted.
    virtual void add(const Evaluator& other) = 0;
    [[nodiscard]] virtual EvaluationRecord finish(const std::string& source) const = 0;
    /// A line of predictions.csv, behind the name of the file (column `file`) and without its end.
    [[nodiscard]] virtual std::string columns() const = 0;
    [[nodiscard]] virtual std::string cells(const Sample& sample, std::span<const float> values) const = 0;
    /// The same as an object, for predictions.jsonl.
    [[nodiscard]] virtual Json object(const Sample& sample, const ModelOutput& output) const = 0;
};

[[nodiscard]] std::unique_ptr<Evaluator> classification_evaluator(const EvaluatorContext& context);
[[nodiscard]] std::unique_ptr<Evaluator> multi_label_evaluator(const EvaluatorContext& context);
[[nodiscard]] std::unique_ptr<Evaluator> regression_evaluator(const EvaluatorContext& context);

[[nodiscard]] std::unique_ptr<Evaluator> make_evaluator(TaskKind task, const EvaluatorContext& context);

/// Values by the names of what they are of. NaN becomes null; a float is written with as few digits as it needs.
[[nodiscard]] Json by_name(std::span<const std::string> names, std::span<const float> values);

}  // namespace graft
