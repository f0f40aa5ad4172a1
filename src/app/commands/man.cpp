#include <CLI/App.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>

#include "app/commands/commands.hpp"
#include "app/results.hpp"
#include "app/shell/man_page.hpp"
#include "core/files.hpp"
#include "core/names.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

struct ManArguments {
    std::string command, output;
    bool force = false;
};

/// The text of each page by the name of its file.
std::map<std::string, std::string> pages_of(const CommandFacts& graft) {
    std::map<std::string, std::string> pages = {{man_page_name(graft), main_man_page(graft)}};
    for (const CommandFacts& command : graft.commands) pages[man_page_name(command)] = command_man_page(command);
    return pages;
}

/// The page of a command, or of graft when `name` is empty. Throws ConfigError.
std::string page_of(const CommandFacts& graft, const std::string& name) {
    if (name.empty()) return main_man_page(graft);
    std::vector<std::string> known;
    for (const CommandFacts& command : graft.commands) {
        if (command.name == name) return command_man_page(command);
        known.push_back(command.name);
    }
    throw ConfigError(format_text("COMMAND: there is no command \"{}\"{}; the commands are: {}", name,
                                  did_you_mean(name, known), joined(known)));
}

void show(const CommandFacts& graft, const ManArguments& arguments) {
    if (arguments.output.empty()) {
        std::cout << page_of(graft, arguments.command);
        return;
    }
    if (!arguments.command.empty()) throw ConfigError("--output: all pages are written; leave out COMMAND");
    const std::filesystem::path folder = arguments.output;
    const std::map<std::string, std::string> pages = pages_of(graft);
    for (const auto& [name, page] : pages) expect_free(folder / name, arguments.force, "--output");
    for (const auto& [name, page] : pages) write_file(folder / name, page, present(arguments.force));
}

}  // namespace

void add_man(CLI::App& app, Command& chosen) {
    const auto arguments = std::make_shared<ManArguments>();
    CLI::App* command = app.add_subcommand("man", "Print a manual page, for example: graft man train | man -l -");
    command->add_option("command", arguments->command, "The command it is about; default: graft itself")
        ->type_name("COMMAND");
    command->add_option("--output", arguments->output, "Write all pages into this folder")->type_name("FOLDER");
    takes_force(*command, arguments->force);
    // Read while the parser, which the facts come from, is still there.
    command->callback([&app, arguments, &chosen] {
        chosen = [facts = command_facts(app), arguments](const Session&) { show(facts, *arguments); };
    });
}

}  // namespace graft
