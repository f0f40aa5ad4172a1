/// @file
/// What commands that take a config have in common: the file, what `--set` changes in it, `--offline`, and what becomes
/// of a run that is there already.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "graft/run/train.hpp"

namespace graft {

struct ConfigArguments {
    std::string config;
    std::vector<std::string> assignments;
};

/// Adds the config and `--set`.
void takes_config(CLI::App& command, ConfigArguments& arguments, const std::string& what,
                  const std::string& set = "Change a value of the config, for example /training/epochs=3");

/// Adds `--device`, which is `--set /device=` in short.
void takes_device(CLI::App& command, ConfigArguments& arguments);

/// Adds `--offline`.
void takes_offline(CLI::App& command, bool& offline,
                   const std::string& what = "Download nothing: weights that are missing are an error");
[[nodiscard]] MissingWeights missing_weights(bool offline);

/// Of `--resume` and `--overwrite`, which exclude each other.
[[nodiscard]] ExistingRun existing_run(bool resume, bool overwrite);

}  // namespace graft
