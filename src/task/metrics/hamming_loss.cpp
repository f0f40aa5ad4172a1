/// The share of wrong answers among all that are known, as scikit-learn's hamming_loss. A class is found from a
/// probability of 0.5 on.
#include "task/found_labels.hpp"
#include "task/metric.hpp"

namespace graft {
namespace {

struct HammingLossOptions {};
void describe(Fields&, HammingLossOptions&) {}

class HammingLoss final : public Metric {
public:
    explicit HammingLoss(std::size_t classes) : found_(classes) {}
    void add(const at::Tensor& scores, const at::Tensor& targets) override { found_.add(scores, targets); }
    [[nodiscard]] double value() const override {
        const LabelCounts total = found_.total();
        return static_cast<double>(total.wrong()) / static_cast<double>(total.images);  // NaN of none
    }
    void keep(MetricState& state) override { found_.keep(state); }

private:
    FoundLabels found_;
};

std::unique_ptr<Metric> build(const HammingLossOptions&, const MetricContext& context) {
    return std::make_unique<HammingLoss>(context.outputs);
}

}  // namespace

MetricRow hamming_loss_row() {
    return metric_row<HammingLossOptions>("hamming_loss", "Share of wrong answers among those of all classes",
                                          Direction::min, {"multi_label"});
}

}  // namespace graft
