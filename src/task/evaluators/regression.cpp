/// Errors of predicted numbers, in their own units. A number that an image does not have counts nowhere.
#include <cmath>

#include "record/csv.hpp"
#include "record/table_names.hpp"
#include "task/evaluator.hpp"
#include "task/regression_errors.hpp"

namespace graft {
namespace {

class RegressionEvaluator final : public Evaluator {
public:
    explicit RegressionEvaluator(const EvaluatorContext& context)
        : targets_(context.outputs), errors_(context.outputs.size()) {}

    void add(const Sample& sample, const ModelOutput& output) override {
        const std::span<const float> values = output.values;
        ++images_;
        for (std::size_t k = 0; k < targets_.size(); ++k)
            if (!std::isnan(sample.values[k])) errors_[k].add(values[k], sample.values[k]);
    }

    void add(const Evaluator& other) override {
        const auto& more = dynamic_cast<const RegressionEvaluator&>(other);
        images_ += more.images_;
        for (std::size_t k = 0; k < errors_.size(); ++k) errors_[k].add(more.errors_[k]);
    }

    [[nodiscard]] EvaluationRecord finish(const std::string& source) const override {
        RegressionRecord record;
        double measured = 0;
        for (std::size_t k = 0; k < targets_.size(); ++k) {
            const RegressionErrors& errors = errors_[k];
            record.targets.push_back({targets_[k], errors.mae(), errors.rmse(), errors.r2(), errors.images()});
            if (errors.images() == 0) continue;
            measured += 1;
            record.mae += errors.mae();
            record.rmse += errors.rmse();
            record.r2 += errors.r2();
        }
        for (double* mean : {&record.mae, &record.rmse, &record.r2}) *mean /= measured;  // NaN where nothing is known
        return {.source = source, .images = images_, .result = std::move(record)};
    }

    /// For each target what the data says (empty: nothing) and what was predicted.
    [[nodiscard]] std::string columns() const override {
        std::vector<std::string> predicted, taken = {"file"}, columns;
        const std::vector<std::string> truth = headings_of(targets_, taken);
        for (const std::string& name : targets_) predicted.push_back("predicted_" + name);
        taken.insert(taken.end(), truth.begin(), truth.end());
        predicted = headings_of(predicted, taken);
        for (std::size_t k = 0; k < targets_.size(); ++k) columns.insert(columns.end(), {truth[k], predicted[k]});
        return csv_line(columns);
    }
    [[nodiscard]] std::string cells(const Sample& sample, std::span<const float> values) const override {
        std::string text;
        for (std::size_t k = 0; k < targets_.size(); ++k)
            text += (k == 0 ? "" : ",") + (std::isnan(sample.values[k]) ? "" : shortest(sample.values[k])) + "," +
                    shortest(values[k]);
        return text;
    }
    [[nodiscard]] Json object(const Sample& sample, const ModelOutput& output) const override {
        const std::span<const float> values = output.values;
        return {{"values", by_name(targets_, sample.values)}, {"predicted", by_name(targets_, values)}};
    }

private:
    std::vector<std::string> targets_;
    std::vector<RegressionErrors> errors_;
    std::int64_t images_ = 0;
};

}  // namespace

std::unique_ptr<Evaluator> regression_evaluator(const EvaluatorContext& context) {
    return std::make_unique<RegressionEvaluator>(context);
}

}  // namespace graft
