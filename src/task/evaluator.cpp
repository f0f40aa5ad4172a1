#include "task/evaluator.hpp"

#include <charconv>
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
    for (std::size_t k = 0; k < names.size(); ++k) {
        if (!std::isfinite(values[k])) {
            object[names[k]] = nullptr;
            continue;
        }
        const std::string text = shortest(values[k]);  // 0.1, not 0.10000000149011612
        double number = 0;
        std::from_chars(text.data(), text.data() + text.size(), number);
        object[names[k]] = number;
    }
    return object;
}

}  // namespace graft
