#include "task/metric.hpp"

namespace graft {

const Registry<MetricRow>& builtin_metrics() {
    static const Registry<MetricRow> table{
#define GRAFT_METRIC(name) name##_row(),
#include "task/metrics/builtin_metrics.inc"
#undef GRAFT_METRIC
    };
    return table;
}

}  // namespace graft
