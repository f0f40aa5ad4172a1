/// @file
/// `--min-confidence`, `--min-margin` and `--max-distance`: when the answer is "unknown".
#pragma once

#include <CLI/App.hpp>
#include <optional>

#include "graft/deploy/predictor.hpp"

namespace graft {

/// Nothing: as the model says.
struct DecisionArguments {
    std::optional<double> min_confidence, min_margin, max_distance;
};

void takes_decision(CLI::App& command, DecisionArguments& arguments);

/// Throws ConfigError when something is asked of a model that has no likeliest class.
void expect_decides(const DecisionArguments& arguments, const Predictor& predictor);

}  // namespace graft
