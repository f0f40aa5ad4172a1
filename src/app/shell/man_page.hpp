/// @file
/// Manual pages, written from the facts about the commands: graft(1), and graft-NAME(1) for each command.
#pragma once

#include <string>
#include <string_view>

#include "app/shell/command_tree.hpp"

namespace graft {

/// graft.1: what the commands are, the exit codes, the environment.
[[nodiscard]] std::string main_man_page(const CommandFacts& graft);

/// graft-NAME.1: the arguments of a command; commands below it are sections of the page.
[[nodiscard]] std::string command_man_page(const CommandFacts& command);

/// "graft-train.1".
[[nodiscard]] std::string man_page_name(const CommandFacts& command);

/// Text as roff takes it: nothing in it is a request, an escape or a hyphen to be broken at.
[[nodiscard]] std::string roff_escaped(std::string_view text);

}  // namespace graft
