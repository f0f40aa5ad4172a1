/// @file
/// From a config to everything that a run is made of, before the first image is read: a mistake costs a second.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "data/image_folder.hpp"
#include "data/split.hpp"
#include "deploy/model_file.hpp"
#include "network/grafted_model.hpp"
#include "run/choose_weights.hpp"
#include "run/run_options.hpp"

namespace graft {

struct AssembledRun {
    RunOptions config;
    Json resolved_config;
    Preprocessing preprocessing;
    std::vector<std::string> classes;
    Split split;
    std::vector<Sample> test;  ///< empty when the config names no test folder
    std::vector<std::string> warnings;
    Backbone backbone;
    GraftedModel model;
    Loss loss;
    std::shared_ptr<torch::optim::Optimizer> optimizer;
    std::vector<std::unique_ptr<Callback>> callbacks;
    std::size_t workers = 1;

    /// What model.pt says of itself.
    [[nodiscard]] ModelInfo model_info() const;
    /// What a checkpoint must agree with to go on from it: the config without what may change, and SHA-256 of the
    /// weights and of the images' names.
    [[nodiscard]] Json identity() const;
};

/// Weights that are missing are downloaded last, once nothing else is wrong.
/// @throws ConfigError with every problem of the config that shows here; DataError for folders and weights; Error and
/// Interrupted of a download
[[nodiscard]] AssembledRun assemble(const RunOptions& config, const Tables& tables, MissingWeights missing,
                                    const std::stop_token& stop, Reporter& reporter);

}  // namespace graft
