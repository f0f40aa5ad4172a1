/// The share of images whose class has the highest score.
#include <cstdint>

#include "task/metric.hpp"

namespace graft {
namespace {

struct AccuracyOptions {};
void describe(Fields&, AccuracyOptions&) {}

class Accuracy final : public Metric {
public:
    void add(const at::Tensor& scores, const at::Tensor& labels) override {
        correct_ += (scores.argmax(1) == labels).sum().item<std::int64_t>();
        images_ += labels.size(0);
    }
    [[nodiscard]] double value() const override { return static_cast<double>(correct_) / static_cast<double>(images_); }
    void keep(MetricState& state) override {
        state.part(correct_);
        state.part(images_);
    }

private:
    std::int64_t correct_ = 0, images_ = 0;
};

std::unique_ptr<Metric> build(const AccuracyOptions&, const MetricContext&) { return std::make_unique<Accuracy>(); }

}  // namespace

MetricRow accuracy_row() {
    return metric_row<AccuracyOptions>("accuracy", "Share of images whose class has the highest score", Direction::max,
                                       {"classification"});
}

}  // namespace graft
