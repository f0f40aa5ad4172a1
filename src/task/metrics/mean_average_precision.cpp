/// The mean over the classes of average precision, as scikit-learn's average_precision_score(average="macro"): a class
/// that no image has counts as 0. A class of which no image says anything is left out.
#include "task/known.hpp"
#include "task/metric.hpp"
#include "task/scored_labels.hpp"

namespace graft {
namespace {

struct MeanAveragePrecisionOptions {};
void describe(Fields&, MeanAveragePrecisionOptions&) {}

class MeanAveragePrecision final : public Metric {
public:
    explicit MeanAveragePrecision(std::size_t classes) : classes_(classes) {}

    void add(const at::Tensor& scores, const at::Tensor& targets) override {
        for_each_known(scores, targets,
                       [&](std::size_t k, float score, float target) { classes_[k].add(score, target > 0.5F); });
    }
    [[nodiscard]] double value() const override {
        return mean_of_measured(classes_, &ScoredLabel::size, &ScoredLabel::average_precision);
    }
    [[nodiscard]] bool is_cheap() const override { return false; }  // all scores are sorted
    void keep(MetricState& state) override {
        for (ScoredLabel& scored : classes_) scored.keep(state);
    }

private:
    std::vector<ScoredLabel> classes_;
};

std::unique_ptr<Metric> build(const MeanAveragePrecisionOptions&, const MetricContext& context) {
    return std::make_unique<MeanAveragePrecision>(context.outputs);
}

}  // namespace

MetricRow mean_average_precision_row() {
    return metric_row<MeanAveragePrecisionOptions>(
        "mean_average_precision", "Mean over the classes of average precision", Direction::max, {"multi_label"});
}

}  // namespace graft
