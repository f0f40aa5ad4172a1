#include <CLI/App.hpp>
#include <iostream>
#include <memory>

#include "app/commands/commands.hpp"
#include "app/option_checks.hpp"
#include "app/shell/shell_completion.hpp"

namespace graft {

void add_completion(CLI::App& app, Command& chosen) {
    const auto shell = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand("completion", "Print the script that lets a shell complete command lines");
    takes_one_of(command->add_option("shell", *shell, "The shell it is for"), shells().names())->required();
    // Written while the parser, which the facts come from, is still there.
    command->callback([&app, shell, &chosen] {
        const std::string script = shells().find(*shell)->script(command_facts(app));
        chosen = [script](const Session&) { std::cout << script; };
    });
}

}  // namespace graft
