/// @file
/// What counts as an improvement of a monitored metric. One rule for every callback that watches one.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "config/fields.hpp"
#include "config/json.hpp"
#include "graft/record/history.hpp"
#include "record/metric.hpp"

namespace graft {

/// Which metric to watch and which direction is better.
struct MonitorOptions {
    std::string monitor = "val_loss";  ///< a metric that the run produces
    std::optional<Direction> mode;     ///< nothing: the metric's own
    double min_delta = 0;              ///< changes up to this size do not count; >= 0
};
void describe(Fields& fields, MonitorOptions& options);

/// The metric of that name. @throws ConfigError at `pointer`/monitor when the run does not produce it
[[nodiscard]] const ProducedMetric& produced_metric(const std::string& name, std::span<const ProducedMetric> metrics,
                                                    const std::string& pointer);

/// Knows when a metric is better than another, and keeps the best value seen so far.
/// `min`: better is `current + |min_delta| < best`; `max`: `current - |min_delta| > best`. NaN and infinity are never
/// better; the first finite value is. (Keras takes a first NaN as the best.)
class Monitor {
public:
    /// @throws ConfigError at `pointer` when the run does not produce the metric
    Monitor(const MonitorOptions& options, std::span<const ProducedMetric> metrics, const std::string& pointer);

    [[nodiscard]] const std::string& name() const { return metric_; }
    /// The watched metric of an epoch.
    [[nodiscard]] double value_in(const EpochRecord& record) const;
    [[nodiscard]] bool better(double current, double than) const;
    /// Takes `current` as the best if it is better than the best so far; true if it was.
    bool improve(double current);
    [[nodiscard]] std::optional<double> best() const { return best_; }

    /// The best so far for a checkpoint: a number, or null.
    [[nodiscard]] Json save_state() const { return best_ ? Json(*best_) : Json(nullptr); }
    void load_state(const Json& state);

private:
    std::string metric_;
    Direction better_;
    double min_delta_;
    std::optional<double> best_;
};

}  // namespace graft
