/// @file
/// Completion scripts for shells, written from the facts about the commands. Where a value is a file or a folder the
/// shell completes it, choices are offered, and about other values nothing is known.
#pragma once

#include <string>
#include <string_view>

#include "app/shell/command_tree.hpp"
#include "core/registry.hpp"

namespace graft {

struct ShellRow {
    std::string name;
    std::string (*script)(const CommandFacts& graft);
};

/// The shells that there are scripts for.
[[nodiscard]] const Registry<ShellRow>& shells();

}  // namespace graft
