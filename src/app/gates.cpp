#include "app/gates.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "app/option_checks.hpp"
#include "core/names.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "record/metric.hpp"
#include "task/evaluator.hpp"

namespace graft {
namespace {

constexpr const char* kUsual = "accuracy";

std::optional<double> number_in_text(const std::string& text) {
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stopped != end || !std::isfinite(value)) return std::nullopt;
    return value;
}

/// A number alone was checked as one before.
Gate gate_of(const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) return {kUsual, number_in_text(text).value()};
    return {text.substr(0, equals), number_in_text(text.substr(equals + 1)).value()};
}

std::string problem_of(std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) return number_in(between(0, 1))(text);
    if (equals > 0 && number_in_text(text.substr(equals + 1))) return "";
    return format_text("expected METRIC=VALUE, for example mean_average_precision=0.8, got \"{}\"", text);
}

/// Names of what a test of a task measures. Which top-k there are depends on the number of classes: all are taken.
std::vector<std::string> tested_metrics(TaskKind task, const std::vector<std::int64_t>& top_k) {
    std::int64_t classes = 2;
    for (const std::int64_t k : top_k) classes = std::max(classes, k + 1);
    const auto count = static_cast<std::size_t>(classes);
    const auto evaluator = make_evaluator(
        task, {.outputs = std::vector<std::string>(count), .thresholds = std::vector<float>(count), .top_k = top_k});
    std::vector<std::string> names;
    for (const MeasuredMetric& metric : evaluator->finish("").metrics()) names.push_back(metric.name);
    return names;
}

/// What cannot be computed meets nothing.
bool is_met(const Gate& gate, const MeasuredMetric& measured) {
    if (!std::isfinite(measured.value)) return false;
    return measured.more_is_better ? measured.value >= gate.bound : measured.value <= gate.bound;
}

/// What is wrong with a gate; "" when it is met.
std::string failure_of(const Gate& gate, std::span<const MeasuredMetric> metrics, const std::string& part) {
    const auto found = std::ranges::find(metrics, gate.metric, &MeasuredMetric::name);
    if (found == metrics.end()) return format_text("--fail-under: there is no {}{}", part, gate.metric);
    if (!std::isfinite(found->value))
        return format_text("--fail-under: the {}{} cannot be computed of these images", part, gate.metric);
    if (is_met(gate, *found)) return "";
    return format_text("the {}{} is {}, {} the {} that --fail-under asks for", part, gate.metric,
                       number_as_text(found->value), found->more_is_better ? "below" : "above",
                       number_as_text(gate.bound));
}

/// The epoch's metrics of the validation images.
std::vector<MeasuredMetric> validation_metrics(const EpochRecord& epoch, const Registry<MetricRow>& table) {
    std::vector<MeasuredMetric> metrics;
    for (const auto& [name, value] : epoch.metrics) {
        if (!name.starts_with(kValidationPrefix)) continue;
        const std::string plain = name.substr(kValidationPrefix.size());
        const MetricRow* row = table.find(plain);
        metrics.push_back({plain, value, row != nullptr && row->better == Direction::max});
    }
    return metrics;
}

}  // namespace

void takes_gates(CLI::App& command, std::vector<Gate>& gates, const std::string& what) {
    command
        .add_option_function<std::vector<std::string>>(
            "--fail-under",
            [&gates](const std::vector<std::string>& texts) {
                for (const std::string& text : texts) gates.push_back(gate_of(text));
            },
            what)
        ->type_name("METRIC=VALUE")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(CLI::Validator(problem_of, ""));
}

void expect_measured(std::span<const Gate> gates, std::span<const std::string> metrics) {
    std::vector<std::string> problems;
    for (const Gate& gate : gates)
        if (std::ranges::find(metrics, gate.metric) == metrics.end())
            problems.push_back(format_text("--fail-under: expected a metric that is measured ({}), got \"{}\"{}",
                                           joined(metrics), gate.metric, did_you_mean(gate.metric, metrics)));
    if (!problems.empty()) throw ConfigError(problems);
}

void expect_gates(std::span<const Gate> gates, std::span<const MeasuredMetric> metrics, const std::string& part) {
    std::vector<std::string> failures;
    for (const Gate& gate : gates)
        if (std::string failure = failure_of(gate, metrics, part); !failure.empty())
            failures.push_back(std::move(failure));
    if (!failures.empty()) throw GateError(joined(failures, "; "));
}

std::vector<JudgedGate> judged(std::span<const Gate> gates, std::span<const MeasuredMetric> metrics) {
    std::vector<JudgedGate> found;
    for (const Gate& gate : gates) {
        const auto metric = std::ranges::find(metrics, gate.metric, &MeasuredMetric::name);
        if (metric == metrics.end()) continue;
        found.push_back({gate.metric, gate.bound, metric->value, metric->more_is_better, is_met(gate, *metric)});
    }
    return found;
}

std::vector<JudgedGate> judged(std::span<const Gate> gates, const RunRecord& outcome, const Tables& tables) {
    if (outcome.test) return judged(gates, outcome.test->metrics());
    return judged(gates, validation_metrics(outcome.kept_epoch(), tables.metrics));
}

std::vector<std::string> judged_metrics(const RunOptions& config) {
    const TaskKind kind = enum_named<TaskKind>(config.task.name()).value();
    if (config.data.test || config.data.list.split_column) return tested_metrics(kind, config.top_k);
    const auto task = config.task.build({.classes = {"any"}});
    std::vector<std::string> names = task->default_metrics();
    for (const MetricPlugin& metric : config.training.metrics) names.push_back(metric.name());
    names.emplace_back("loss");
    return names;
}

void expect_gates(std::span<const Gate> gates, const RunRecord& outcome, const Tables& tables) {
    if (outcome.test) return expect_gates(gates, outcome.test->metrics(), "test ");
    const std::vector<MeasuredMetric> metrics = validation_metrics(outcome.kept_epoch(), tables.metrics);
    if (!gates.empty() && metrics.empty())
        throw GateError("--fail-under: there is neither a test nor a validation accuracy");
    expect_gates(gates, metrics, "validation ");
}

}  // namespace graft
