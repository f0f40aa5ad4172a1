/// @file
/// The commands with their arguments as plain data, read from the parser itself: what shell completions and man pages
/// are written from, so that they cannot be out of date.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace graft {

/// What can stand in a place of the command line.
enum class ValueKind { none, text, file, folder, choice };

struct ArgumentFacts {
    std::vector<std::string> names;  ///< "-h", "--help"; empty when it goes by its place
    std::string value_name;          ///< "FILE", "csv|jsonl"; empty when it takes no value
    std::string description, default_value;
    ValueKind kind = ValueKind::none;
    std::vector<std::string> choices;  ///< of a choice
    bool required = false;
    bool repeats = false;  ///< may be given several times

    /// The long name where there is one.
    [[nodiscard]] const std::string& main_name() const { return names.back(); }
};

struct CommandFacts {
    std::string name, description;
    std::string path;  ///< "graft config check"
    std::vector<ArgumentFacts> options, places;
    std::vector<CommandFacts> commands;
};

/// Hidden options and commands (those without a group) are left out.
[[nodiscard]] CommandFacts command_facts(const CLI::App& app);

/// The command and all below it, parents first.
[[nodiscard]] std::vector<const CommandFacts*> with_all_below(const CommandFacts& command);

}  // namespace graft
