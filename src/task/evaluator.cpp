#include "task/evaluator.hpp"

#include <cmath>

#include "record/csv.hpp"

namespace graft {

std::unique_ptr<Evaluator> make_evaluator(TaskKind task, const EvaluatorContext& context) {
    switch (task) {
        case TaskKind::multi_label: return multi_label_evaluator(context);
        case TaskKind::regression: return regression_evaluator(context);
        case TaskKind::classification: break;
    }
    return classification_evaluator(context);
}

Json by_name(std::span<const std::string> names, std::span<const float> values) {
    Json object = Json::object();
    for (std::size_t k = 0; k < names.size(); ++k)
        object[names[k]] = std::isfinite(values[k]) ? Json(as_written(values[k])) : Json(nullptr);
    return object;
}

}  // namespace graft
