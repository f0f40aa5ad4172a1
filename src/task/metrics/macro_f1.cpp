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
    explicit MacroF1(std::size_t classes) : right_(classes), predicted_(classes), present_(classes) {}

    void add(const at::Tensor& scores, const at::Tensor& labels) override {
        const at::Tensor guesses = scores.argmax(1);
        const std::int64_t* guess = guesses.const_data_ptr<std::int64_t>();
        const std::int64_t* label = labels.const_data_ptr<std::int64_t>();
        for (std::int64_t i = 0; i < labels.size(0); ++i) {
            ++predicted_[static_cast<std::size_t>(guess[i])];
            ++present_[static_cast<std::size_t>(label[i])];
            if (guess[i] == label[i]) ++right_[static_cast<std::size_t>(label[i])];
        }
    }

    [[nodiscard]] double value() const override {
        double sum = 0, classes = 0;
        for (std::size_t k = 0; k < right_.size(); ++k) {
            const std::int64_t both = predicted_[k] + present_[k];
            if (both == 0) continue;
            sum += 2 * static_cast<double>(right_[k]) / static_cast<double>(both);
            classes += 1;
        }
        return classes == 0 ? 0 : sum / classes;
    }
    void keep(MetricState& state) override {
        state.part(right_);
        state.part(predicted_);
        state.part(present_);
    }

private:
    std::vector<std::int64_t> right_, predicted_, present_;  // of each class
};

class MacroF1OfSeveral final : public Metric {
public:
    explicit MacroF1OfSeveral(std::size_t classes) : found_(classes) {}
    void add(const at::Tensor& scores, const at::Tensor& targets) override { found_.add(scores, targets); }
    [[nodiscard]] double value() const override {
        double sum = 0, measured = 0;
        for (const LabelCounts& counts : found_.counts()) {
            sum += counts.f1();
            measured += counts.images > 0 ? 1 : 0;
        }
        return measured == 0 ? 0 : sum / measured;
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
