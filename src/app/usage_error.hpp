/// @file
/// What is said when a command line cannot be understood.
#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace graft {

/// The command that was named, as far as the command line was understood.
[[nodiscard]] const CLI::App& named_command(const CLI::App& app);

/// What is wrong, the nearest known command or option, and where help is.
[[nodiscard]] std::string usage_message(const CLI::App& app, const CLI::ParseError& error);

}  // namespace graft
