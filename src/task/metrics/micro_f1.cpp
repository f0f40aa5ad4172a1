/// F1 of all answers of all classes taken together, as scikit-learn's f1_score(average="micro"). A class is found from
/// a probability of 0.5 on.
#include <limits>

#include "task/found_labels.hpp"
#include "task/metric.hpp"

namespace graft {
namespace {

struct MicroF1Options {};
void describe(Fields&, MicroF1Options&) {}

class MicroF1 final : public Metric {
public:
    explicit MicroF1(std::size_t classes) : found_(classes) {}
    void add(const at::Tensor& scores, const at::Tensor& targets) override { found_.add(scores, targets); }
    [[nodiscard]] double value() const override {
        const LabelCounts total = found_.total();
        return total.images > 0 ? total.f1() : std::numeric_limits<double>::quiet_NaN();
    }
    void keep(MetricState& state) override { found_.keep(state); }

private:
    FoundLabels found_;
};

std::unique_ptr<Metric> build(const MicroF1Options&, const MetricContext& context) {
    return std::make_unique<MicroF1>(context.outputs);
}

}  // namespace

MetricRow micro_f1_row() {
    return metric_row<MicroF1Options>("micro_f1", "F1 of the answers of all classes taken together", Direction::max,
                                      {"multi_label"});
}

}  // namespace graft
