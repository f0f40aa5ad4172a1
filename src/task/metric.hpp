/// @file
/// What is measured in every epoch. One file each in task/metrics/, one line each in task/metrics/builtin_metrics.inc.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/fields.hpp"
#include "config/plugin.hpp"
#include "core/registry.hpp"
#include "record/metric.hpp"
#include "record/task_kind.hpp"
#include "task/metric_state.hpp"

namespace graft {

/// Collects batches; its value is of all that was added.
class Metric {
public:
    virtual ~Metric() = default;
    /// @param scores float32 [N,K], before the task's activation
    /// @param targets of the same N samples, as Task::targets makes them
    virtual void add(const at::Tensor& scores, const at::Tensor& targets) = 0;
    [[nodiscard]] virtual double value() const = 0;
    /// Whether value() costs so little that it may be asked for after every batch.
    [[nodiscard]] virtual bool is_cheap() const { return true; }
    /// Names all that add() has changed, for a checkpoint within an epoch.
    virtual void keep(MetricState& state) = 0;
};

struct MetricContext {
    std::size_t outputs = 0;                   ///< K
    TaskKind task = TaskKind::classification;  ///< whose targets they are
    std::vector<float> scale = {};             ///< of a regression: what targets were divided by. [K]
};

using MetricPlugin = Plugin<std::unique_ptr<Metric>, MetricContext>;
struct MetricRow : PluginRow<std::unique_ptr<Metric>, MetricContext> {
    Direction better = Direction::max;
    std::vector<std::string> tasks;  ///< those whose targets it understands
};

#define GRAFT_METRIC(name) [[nodiscard]] MetricRow name##_row();
#include "task/metrics/builtin_metrics.inc"
#undef GRAFT_METRIC

/// graft's own metrics.
[[nodiscard]] const Registry<MetricRow>& builtin_metrics();

/// The mean of a figure over the outputs that were measured; 0 where none was.
/// @param is_measured, figure of an item: functions, or members of it
template <class Items, class Measured, class Figure>
[[nodiscard]] double mean_of_measured(const Items& items, const Measured& is_measured, const Figure& figure) {
    double sum = 0, measured = 0;
    for (const auto& item : items) {
        if (!std::invoke(is_measured, item)) continue;
        sum += std::invoke(figure, item);
        measured += 1;
    }
    return sum / measured;  // NaN of none
}

/// The row of a metric from its options; `tasks` are those whose targets it understands.
template <class Options>
[[nodiscard]] MetricRow metric_row(const std::string& name, std::string summary, Direction better,
                                   std::vector<std::string> tasks) {
    MetricRow row = plugin_row<MetricRow, Options>(name, std::move(summary));
    row.better = better;
    row.tasks = std::move(tasks);
    return row;
}

}  // namespace graft
