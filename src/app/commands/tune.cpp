#include "search/tune.hpp"

#include <CLI/App.hpp>
#include <iostream>
#include <memory>

#include "app/commands/commands.hpp"
#include "app/config_arguments.hpp"
#include "app/option_checks.hpp"
#include "app/outcome.hpp"
#include "app/results.hpp"
#include "app/terminal/terminal_reporter.hpp"
#include "core/text.hpp"

namespace graft {
namespace {

struct TuneArguments : ConfigArguments {
    std::string output;
    std::optional<std::int64_t> trials, folds;
    std::optional<double> hours;
    bool resume = false, overwrite = false, offline = false, json = false, search_alone = false;
};

/// What the command line says goes before what the config says.
TuneConfig config_of(const TuneArguments& arguments) {
    std::vector<std::string> assignments = arguments.assignments;
    if (arguments.trials) assignments.push_back(format_text("/tune/trials={}", *arguments.trials));
    if (arguments.folds) assignments.push_back(format_text("/tune/folds={}", *arguments.folds));
    if (arguments.hours) assignments.push_back(format_text("/tune/hours={}", *arguments.hours));
    TuneConfig config = read_tune_config(arguments.config, assignments, Tables{});
    config.options.output = arguments.output.empty() ? config.options.output + "-tune" : arguments.output;
    return config;
}

void tune_config(const TuneArguments& arguments, const Session& session) {
    const TuneConfig config = config_of(arguments);
    TerminalReporter reporter(session.screen);
    if (config.usual_space) reporter.note("searched: " + to_json(config.space).dump());
    const TuneRecord record =
        tune(config, Tables{}, existing_run(arguments.resume, arguments.overwrite),
             arguments.search_alone ? WinnersRun::no : WinnersRun::yes,
             {.missing = missing_weights(arguments.offline), .stop = session.stop, .reporter = reporter});
    if (arguments.json) return print_json(to_json(record));
    std::cout << text_of(record);
    std::cout << format_text("its config: {}/best.json; all trials: {}/trials.csv\n", config.options.output,
                             config.options.output);
    if (record.run) std::cout << "\n" << outcome_text(*record.run, config.options.output + "/best");
}

}  // namespace

void add_tune(CLI::App& app, Command& chosen) {
    const auto arguments = std::make_shared<TuneArguments>();
    CLI::App* command = app.add_subcommand("tune", "Search the values of a config with which training does best");
    takes_config(*command, *arguments, "The run's config, a JSON file; its `tune` says what is searched");
    takes_device(*command, *arguments);
    command->add_option("--trials", arguments->trials, "Trainings, besides that of the config as it is");
    command->add_option("--hours", arguments->hours, "After so many no further training is begun");
    command->add_option("--folds", arguments->folds, "Each trial trains on so many folds, and their mean decides");
    command->add_option("--output", arguments->output, "The search's folder; default: the run's with -tune behind it")
        ->type_name("DIR");
    CLI::Option* resume = command->add_flag("--resume", arguments->resume, "Go on with an interrupted search");
    command->add_flag("--overwrite", arguments->overwrite, "Replace the search that the folder holds")
        ->excludes(resume);
    command->add_flag("--search-alone", arguments->search_alone, "Do not train and test the winner in the end");
    takes_offline(*command, arguments->offline);
    command->add_flag("--json", arguments->json, "Print the outcome as JSON");
    command->callback(
        [arguments, &chosen] { chosen = [arguments](const Session& session) { tune_config(*arguments, session); }; });
}

}  // namespace graft
