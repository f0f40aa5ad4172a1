#include "train/monitor.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/suggest.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

constexpr std::string_view kModeNames[] = {"auto", "min", "max"};
constexpr std::string_view kValidation = "val_";

void expect_produced(const std::string& metric, std::span<const std::string> produced, const std::string& pointer) {
    if (std::ranges::find(produced, metric) != produced.end()) return;
    const auto of_validation = [](const std::string& name) { return name.starts_with(kValidation); };
    const bool needs_validation = of_validation(metric) && std::ranges::none_of(produced, of_validation);
    throw ConfigError(pointer + "/monitor: expected a metric that this run produces (" + comma_separated(produced) +
                      "), got \"" + metric + "\"" +
                      (needs_validation ? "; the run has no validation data" : did_you_mean(metric, produced)));
}

MonitorMode mode_of(const std::string& metric, const std::string& pointer) {
    const std::string_view name = std::string_view(metric).substr(metric.starts_with(kValidation) ? 4 : 0);
    if (name == "loss") return MonitorMode::min;
    if (name == "accuracy" || name.ends_with("_accuracy")) return MonitorMode::max;
    throw ConfigError(pointer + "/mode: expected min or max, got \"auto\": the name \"" + metric +
                      "\" does not tell which is better");
}

}  // namespace

void describe(Fields& fields, MonitorOptions& options) {
    fields.field("monitor", options.monitor, "The metric to watch, for example `val_loss` or `val_accuracy`.");
    fields.choice(
        "mode", options.mode, kModeNames,
        "`min`: smaller is better; `max`: larger is better; `auto`: `min` for a loss, `max` for an accuracy.");
    fields.field("min_delta", options.min_delta, "A change up to this size is no improvement.", at_least(0));
}

Monitor::Monitor(const MonitorOptions& options, std::span<const std::string> produced_metrics,
                 const std::string& pointer)
    : metric_(options.monitor), mode_(options.mode), min_delta_(std::abs(options.min_delta)) {
    expect_produced(metric_, produced_metrics, pointer);
    if (mode_ == MonitorMode::automatic) mode_ = mode_of(metric_, pointer);
}

double Monitor::value_in(const EpochRecord& record) const {
    const std::optional<double> value = record.metric(metric_);
    assert(value && "the run said that it produces the metric");
    return value.value();
}

bool Monitor::better(double current, double than) const {
    if (!std::isfinite(current)) return false;
    return mode_ == MonitorMode::min ? current + min_delta_ < than : current - min_delta_ > than;
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
