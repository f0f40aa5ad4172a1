/// Mean absolute error, in the units of the data. As scikit-learn's mean_absolute_error, the mean over the targets.
#include "task/target_errors.hpp"

namespace graft {
namespace {

struct MaeOptions {};
void describe(Fields&, MaeOptions&) {}

std::unique_ptr<Metric> build(const MaeOptions&, const MetricContext& context) {
    return std::make_unique<TargetErrors<&RegressionErrors::mae>>(context);
}

}  // namespace

MetricRow mae_row() {
    return metric_row<MaeOptions>("mae", "Mean absolute error, in the units of the data", Direction::min,
                                  {"regression"});
}

}  // namespace graft
