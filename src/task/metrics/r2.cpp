/// Share of the variance that is predicted; 1 is perfect, 0 no better than the mean. As scikit-learn's r2_score, the
/// mean over the targets.
#include "task/target_errors.hpp"

namespace graft {
namespace {

struct R2Options {};
void describe(Fields&, R2Options&) {}

std::unique_ptr<Metric> build(const R2Options&, const MetricContext& context) {
    return std::make_unique<TargetErrors<&RegressionErrors::r2>>(context);
}

}  // namespace

MetricRow r2_row() {
    return metric_row<R2Options>("r2",
                                 "Share of the variance that is predicted; 1 is perfect, 0 no better than the mean",
                                 Direction::max, {"regression"});
}

}  // namespace graft
