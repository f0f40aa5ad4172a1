/// @file
/// The subcommands of `graft weights` that write files: add and convert.
#pragma once

#include "app/commands/commands.hpp"

namespace graft {

void add_weights_add(CLI::App& weights, Command& chosen);
void add_weights_convert(CLI::App& weights, Command& chosen);

}  // namespace graft
