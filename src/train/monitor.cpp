#include "train/monitor.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/names.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {

const ProducedMetric& produced_metric(const std::string& name, std::span<const ProducedMetric> metrics,
                                      const std::string& pointer) {
    const auto found = std::ranges::find(metrics, name, &ProducedMetric::name);
    if (found != metrics.end()) return *found;
    const auto of_validation = [](const ProducedMetric& metric) { return metric.name.starts_with(kValidationPrefix); };
    const bool needs_validation = name.starts_with(kValidationPrefix) && std::ranges::none_of(metrics, of_validation);
    const std::vector<std::string> names = names_of(metrics);
    throw ConfigError(format_text("{}/monitor: expected a metric that this run produces ({}), got \"{}\"{}", pointer,
                                  joined(names), name,
                                  needs_validation ? "; the run has no validation data" : did_you_mean(name, names)));
}

void describe(Fields& fields, MonitorOptions& options) {
    fields.field("monitor", options.monitor, "Metric to watch.");
    fields.choice("mode", options.mode, "auto", "What is better: `min` less, `max` more, `auto` as the metric has it.");
    fields.field("min_delta", options.min_delta, "Changes up to this are no improvement.", at_least(0));
}

Monitor::Monitor(const MonitorOptions& options, std::span<const ProducedMetric> metrics, const std::string& pointer)
    : metric_(options.monitor),
      better_(options.mode.value_or(produced_metric(options.monitor, metrics, pointer).better)),
      min_delta_(std::abs(options.min_delta)) {}

double Monitor::value_in(const EpochRecord& record) const {
    const std::optional<double> value = record.metric(metric_);
    assert(value && "the run said that it produces the metric");
    return value.value();
}

bool Monitor::better(double current, double than) const {
    if (!std::isfinite(current)) return false;
    return better_ == Direction::min ? current + min_delta_ < than : current - min_delta_ > than;
}

bool Monitor::improve(double current) {
    const bool improved = best_ ? better(current, *best_) : std::isfinite(current);
    if (improved) best_ = current;
    return improved;
}

void Monitor::load_state(const Json& state) {
    best_.reset();
    if (!state.is_null()) best_ = state.get<double>();
}

}  // namespace graft
