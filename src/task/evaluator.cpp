#include "task/evaluator.hpp"

namespace graft {

std::unique_ptr<Evaluator> make_evaluator(TaskKind task, const EvaluatorContext& context) {
    switch (task) {
        case TaskKind::multi_label: return multi_label_evaluator(context);
        case TaskKind::regression: return regression_evaluator(context);
        case TaskKind::classification: break;
    }
    return classification_evaluator(context);
}

}  // namespace graft
