#include "search/crossval.hpp"

#include <CLI/App.hpp>
#include <iostream>
#include <memory>

#include "app/commands/commands.hpp"
#include "app/config_arguments.hpp"
#include "app/option_checks.hpp"
#include "app/results.hpp"
#include "app/terminal/terminal_reporter.hpp"
#include "core/files.hpp"

namespace graft {
namespace {

struct CrossvalArguments : ConfigArguments {
    std::string output;
    CrossvalOptions crossval;
    bool offline = false, json = false, force = false;
};

void cross_validate(const CrossvalArguments& arguments, const Session& session) {
    if (!arguments.output.empty()) expect_free(arguments.output, arguments.force, "--output");
    RunOptions options = read_run_config(arguments.config, arguments.assignments, Tables{});
    options.output += "-crossval";
    TerminalReporter reporter(session.screen);
    const CrossvalRecord record =
        cross_validate(options, Tables{}, arguments.crossval,
                       {.missing = missing_weights(arguments.offline), .stop = session.stop, .reporter = reporter});
    if (!arguments.output.empty()) write_file(arguments.output, pretty(to_json(record)), present(arguments.force));
    if (arguments.json)
        print_json(to_json(record));
    else
        std::cout << text_of(record);
}

}  // namespace

void add_crossval(CLI::App& app, Command& chosen) {
    const auto arguments = std::make_shared<CrossvalArguments>();
    CLI::App* command =
        app.add_subcommand("crossval", "Train a config on each fold of its images: how much its figures scatter");
    takes_config(*command, *arguments, "The run's config, a JSON file");
    takes_device(*command, *arguments);
    command->add_option("--folds", arguments->crossval.folds, "Parts of which each validates once")
        ->capture_default_str()
        ->check(integer_in(between(2, 1000)));
    command
        ->add_option("--repeats", arguments->crossval.repeats,
                     "Do all of it so many times, with other folds and from other seeds")
        ->capture_default_str()
        ->check(integer_in(between(1, 1000)));
    command->add_option("--output", arguments->output, "Write the figures to a JSON file too")->type_name("FILE");
    takes_force(*command, arguments->force);
    takes_offline(*command, arguments->offline);
    command->add_flag("--json", arguments->json, "Print the figures as JSON");
    command->callback([arguments, &chosen] {
        chosen = [arguments](const Session& session) { cross_validate(*arguments, session); };
    });
}

}  // namespace graft
