#include "app/usage_error.hpp"

#include <CLI/App.hpp>
#include <vector>

#include "core/names.hpp"
#include "core/text.hpp"

namespace graft {
namespace {

std::vector<std::string> option_names(const CLI::App& command) {
    std::vector<std::string> names;
    for (const CLI::Option* option : command.get_options())
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    return names;
}

std::vector<std::string> command_names(const CLI::App& command) {
    std::vector<std::string> names;
    for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(sub->get_name());
    return names;
}

/// About the first argument that nobody wanted.
std::string unknown_argument(const CLI::App& command, const std::string& argument) {
    if (argument.starts_with("-")) {
        const std::string option = argument.substr(0, argument.find('='));
        return format_text("unknown option {}{}", option, did_you_mean(option, option_names(command)));
    }
    const std::vector<std::string> commands = command_names(command);
    if (commands.empty()) return format_text("unexpected argument \"{}\"", argument);
    return format_text("unknown command \"{}\"{}; the commands are: {}", argument, did_you_mean(argument, commands),
                       joined(commands));
}

/// "graft config init".
std::string full_name(const CLI::App& command) {
    const CLI::App* parent = command.get_parent();
    return parent == nullptr ? command.get_name() : full_name(*parent) + " " + command.get_name();
}

}  // namespace

const CLI::App& named_command(const CLI::App& app) {
    const CLI::App* command = &app;
    while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
    return *command;
}

std::string usage_message(const CLI::App& app, const CLI::ParseError& error) {
    const CLI::App& command = named_command(app);
    const std::vector<std::string> rest = app.remaining(true);
    const bool unknown = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr && !rest.empty();
    const std::string what = unknown ? unknown_argument(command, rest.front()) : std::string(error.what());
    return format_text("{}\nSee: {} --help", what, full_name(command));
}

}  // namespace graft
