/// The share of images of which every class that is known was found right: from a probability of 0.5 on. An image of
/// which no class is known counts nowhere.
#include <cstdint>

#include "task/metric.hpp"

namespace graft {
namespace {

struct ExactMatchOptions {};
void describe(Fields&, ExactMatchOptions&) {}

class ExactMatch final : public Metric {
public:
    void add(const at::Tensor& scores, const at::Tensor& targets) override {
        const at::Tensor right = (scores >= 0) == (targets > 0.5);
        const at::Tensor unknown = targets.isnan(), told = unknown.logical_not().any(1);
        exact_ += right.logical_or(unknown).all(1).logical_and(told).sum().item<std::int64_t>();
        images_ += told.sum().item<std::int64_t>();
    }
    [[nodiscard]] double value() const override { return static_cast<double>(exact_) / static_cast<double>(images_); }
    void keep(MetricState& state) override {
        state.part(exact_);
        state.part(images_);
    }

private:
    std::int64_t exact_ = 0, images_ = 0;
};

std::unique_ptr<Metric> build(const ExactMatchOptions&, const MetricContext&) { return std::make_unique<ExactMatch>(); }

}  // namespace

MetricRow exact_match_row() {
    return metric_row<ExactMatchOptions>("exact_match", "Share of images with every class right", Direction::max,
                                         {"multi_label"});
}

}  // namespace graft
