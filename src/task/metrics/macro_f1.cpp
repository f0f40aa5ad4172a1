/// The mean over the classes of F1, the harmonic mean of precision and recall; 0 for a class of which nothing was
/// right. As scikit-learn's f1_score(average="macro", zero_division=0): of one class per image over all classes that
/// occur as label or prediction, of several per image over all of which images say something.
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "task/found_labels.hpp"
#include "task/metric.hpp"

namespace graft {
namespace {

struct MacroF1Options {};
void describe(Fields&, MacroF1Options&) {}

class MacroF1 final : public Metric {
public:
    explicit MacroF1(std::size_t classes) : classes_(classes) {}

    void add(const at::Tensor& scores, const at::Tensor& labels) override {
        const at::Tensor guesses = scores.argmax(1);
        const std::int64_t* guess = guesses.const_data_ptr<std::int64_t>();
        const std::int64_t* label = labels.const_data_ptr<std::int64_t>();
        for (std::int64_t i = 0; i < labels.size(0); ++i) {
            ++classes_[static_cast<std::size_t>(guess[i])].found;
            ++classes_[static_cast<std::size_t>(label[i])].there;
            if (guess[i] == label[i]) ++classes_[static_cast<std::size_t>(label[i])].right;
        }
    }

    [[nodiscard]] double value() const override {
        const auto occurs = [](const LabelCounts& counts) { return counts.found + counts.there > 0; };
        return mean_of_measured(classes_, occurs, &LabelCounts::f1);
    }
    void keep(MetricState& state) override { state.part(classes_); }

private:
    std::vector<LabelCounts> classes_;
};

class MacroF1OfSeveral final : public Metric {
public:
    explicit MacroF1OfSeveral(std::size_t classes) : found_(classes) {}
    void add(const at::Tensor& scores, const at::Tensor& targets) override { found_.add(scores, targets); }
    [[nodiscard]] double value() const override {
        return mean_of_measured(found_.counts(), &LabelCounts::images, &LabelCounts::f1);
    }
    void keep(MetricState& state) override { found_.keep(state); }

private:
    FoundLabels found_;
};

std::unique_ptr<Metric> build(const MacroF1Options&, const MetricContext& context) {
    if (context.task == TaskKind::multi_label) return std::make_unique<MacroF1OfSeveral>(context.outputs);
    return std::make_unique<MacroF1>(context.outputs);
}

}  // namespace

MetricRow macro_f1_row() {
    return metric_row<MacroF1Options>("macro_f1", "Mean F1 over the classes", Direction::max,
                                      {"classification", "multi_label"});
}

}  // namespace graft
