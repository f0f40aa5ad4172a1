/// @file
/// `--fail-under`: what a measured number has to reach.
#pragma once

#include <CLI/App.hpp>
#include <span>
#include <string>
#include <vector>

#include "graft/record/evaluation.hpp"
#include "record/run_record.hpp"
#include "report/source.hpp"
#include "run/run_options.hpp"

namespace graft {

/// A metric and what it has to reach: at least `bound` where more is better, at most it where less is.
struct Gate {
    std::string metric;
    double bound = 0;
};

/// Adds `--fail-under`: a number, for the accuracy, or METRIC=VALUE[,METRIC=VALUE].
void takes_gates(CLI::App& command, std::vector<Gate>& gates, const std::string& what);

/// Throws ConfigError naming every gate whose metric is not among those that will be measured.
void expect_measured(std::span<const Gate> gates, std::span<const std::string> metrics);

/// Throws GateError for the first gate that is not met. @param part for example "test ", or ""
void expect_gates(std::span<const Gate> gates, std::span<const MeasuredMetric> metrics, const std::string& part);

/// What became of each gate whose metric was measured.
[[nodiscard]] std::vector<JudgedGate> judged(std::span<const Gate> gates, std::span<const MeasuredMetric> metrics);
/// The same of a run: by its test, or without one by its validation images.
[[nodiscard]] std::vector<JudgedGate> judged(std::span<const Gate> gates, const RunRecord& outcome,
                                             const Tables& tables);

/// The metrics that a run will be judged by: the test's, or without one those of the validation images.
[[nodiscard]] std::vector<std::string> judged_metrics(const RunOptions& config);

/// The same once it has run.
void expect_gates(std::span<const Gate> gates, const RunRecord& outcome, const Tables& tables);

}  // namespace graft
