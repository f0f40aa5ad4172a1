/// Counts of one class per image.
#include "core/ranking.hpp"
#include "record/csv.hpp"
#include "record/table_names.hpp"
#include "statistics/classification_metrics.hpp"
#include "task/evaluator.hpp"

namespace graft {
namespace {

class ClassificationEvaluator final : public Evaluator {
public:
    explicit ClassificationEvaluator(const EvaluatorContext& context)
        : classes_(context.outputs),
          decision_(context.decision),
          metrics_({.classes = context.outputs,
                    .top_k = context.top_k,
                    .temperature = context.temperature,
                    .decision = context.decision}) {}

    void add(const Sample& sample, const ModelOutput& output) override {
        const std::size_t slash = sample.name.rfind('/');
        metrics_.add(sample.label, output.values,
                     slash == std::string::npos ? std::string_view() : std::string_view(sample.name).substr(0, slash),
                     output.distance.value_or(kUnknown));
    }
    void add(const Evaluator& other) override {
        metrics_.add(dynamic_cast<const ClassificationEvaluator&>(other).metrics_);
    }
    [[nodiscard]] EvaluationRecord finish(const std::string& source) const override { return metrics_.finish(source); }

    /// True class, predicted class, whether they agree, and a probability per class.
    [[nodiscard]] std::string columns() const override {
        const std::vector<std::string> fixed = {"file", "class", "predicted", "correct"};
        return "class,predicted,correct," + csv_line(headings_of(classes_, fixed));
    }
    [[nodiscard]] std::string cells(const Sample& sample, std::span<const float> probabilities) const override {
        const auto truth = static_cast<std::size_t>(sample.label);
        const std::size_t predicted = top_indices(probabilities, 1).front();
        std::string text =
            csv_field(classes_[truth]) + "," + csv_field(classes_[predicted]) + (predicted == truth ? ",1" : ",0");
        for (const float probability : probabilities) text += "," + shortest(probability);
        return text;
    }
    [[nodiscard]] Json object(const Sample& sample, const ModelOutput& output) const override {
        const std::span<const float> probabilities = output.values;
        const auto truth = static_cast<std::size_t>(sample.label);
        const std::size_t predicted = top_indices(probabilities, 1).front();
        Json object = {{"class", classes_[truth]},
                       {"predicted", classes_[predicted]},
                       {"correct", predicted == truth},
                       {"probabilities", by_name(classes_, probabilities)}};
        if (decision_.may_refuse())
            object["answered"] = decision_.answers(probabilities, output.distance.value_or(kUnknown));
        if (output.distance) object["distance"] = as_written(*output.distance);
        return object;
    }

private:
    std::vector<std::string> classes_;
    Decision decision_;
    ClassificationMetrics metrics_;
};

}  // namespace

std::unique_ptr<Evaluator> classification_evaluator(const EvaluatorContext& context) {
    return std::make_unique<ClassificationEvaluator>(context);
}

}  // namespace graft
