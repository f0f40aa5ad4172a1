/// @file
/// `--list KEY=VALUE`: how a list that a command is given is read.
#pragma once

#include <CLI/App.hpp>
#include <span>
#include <string>
#include <vector>

#include "data/list/list_options.hpp"

namespace graft {

/// @return the option
CLI::Option* takes_list_options(CLI::App& command, std::vector<std::string>& assignments);

/// `base` with what the command line says instead. Values are JSON or text: `label_column=species`,
/// `label_columns=["cat","dog"]`. Throws ConfigError with every problem.
/// @param paths that the command is given: one of them must be a list where something is said of lists
[[nodiscard]] ListOptions list_options(const ListOptions& base, const std::vector<std::string>& assignments,
                                       std::span<const std::string> paths);

}  // namespace graft
