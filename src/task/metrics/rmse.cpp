/// Root of the mean squared error, in the units of the data. As scikit-learn's root_mean_squared_error, the mean over
/// the targets.
#include "task/target_errors.hpp"

namespace graft {
namespace {

struct RmseOptions {};
void describe(Fields&, RmseOptions&) {}

std::unique_ptr<Metric> build(const RmseOptions&, const MetricContext& context) {
    return std::make_unique<TargetErrors<&RegressionErrors::rmse>>(context);
}

}  // namespace

MetricRow rmse_row() {
    return metric_row<RmseOptions>("rmse", "Root of the mean squared error, in the units of the data", Direction::min,
                                   {"regression"});
}

}  // namespace graft
