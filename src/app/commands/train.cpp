#include <CLI/App.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "app/commands/commands.hpp"
#include "app/config_arguments.hpp"
#include "app/gates.hpp"
#include "app/option_checks.hpp"
#include "app/outcome.hpp"
#include "app/results.hpp"
#include "app/run_log.hpp"
#include "app/starter_config.hpp"
#include "app/terminal/terminal_reporter.hpp"
#include "core/text.hpp"
#include "data/list/table.hpp"
#include "graft/core/errors.hpp"
#include "report/report.hpp"
#include "run/heat_maps.hpp"
#include "run/train_run.hpp"

namespace graft {
namespace {

struct TrainArguments : ConfigArguments {
    bool resume = false, overwrite = false, offline = false, watch = false, json = false;
    std::vector<Gate> gates;
};

/// A gate that could never be decided is said before hours are spent.
void expect_something_to_gate_on(const RunOptions& config) {
    const SplitOptions& split = config.data.split;
    if (!config.data.test && !config.data.list.split_column && !config.data.validation && split.validation_split == 0 &&
        !split.split_file)
        throw ConfigError(
            "--fail-under: needs a test folder (/data/test) or validation images "
            "(/data/validation_split, /data/validation)");
}

/// The config itself, or for a folder of images or a list the one that is made for it.
std::filesystem::path config_file(const TrainArguments& arguments, const Session& session) {
    std::error_code ignored;
    const bool is_data = std::filesystem::is_directory(arguments.config, ignored) ||
                         (is_list(arguments.config) && std::filesystem::exists(arguments.config, ignored));
    if (!is_data) return arguments.config;
    const FolderConfig made = config_for_folder(arguments.config);
    TerminalReporter reporter(session.screen);
    for (const std::string& note : made.notes) reporter.note(note);
    return made.file;
}

RunRecord run_logged(const RunOptions& config, const TrainArguments& arguments, const Session& session) {
    const auto complain = [&](const std::string& message) {
        session.screen.out << painted(session.screen, Colour::yellow, "warning:") + " " + message + "\n";
    };
    RunLog log(complain);
    TerminalReporter reporter(session.screen,
                              [&](Severity severity, std::string_view line) { log.write(severity, line); });
    session.hangup->is_survived();
    reporter.tabulate_epochs(epochs_of(config));
    const auto on_epoch = [&](const std::vector<EpochRecord>& history) {
        reporter.add_epoch(history);
        if (arguments.watch) write_watched_report_or_warn(config.output, history, reporter);
    };
    try {
        const RunControl control{
            .existing = existing_run(arguments.resume, arguments.overwrite),
            .missing = missing_weights(arguments.offline),
            .stop = session.stop,
            .reporter = reporter,
            .on_folder =
                [&](const std::filesystem::path& folder) {
                    log.open(folder / "log.txt",
                             arguments.resume ? RunLog::Begin::after_what_is_there : RunLog::Begin::anew);
                    if (arguments.watch)
                        reporter.note(format_text("{} follows the run, from its first epoch on", folder / kReportName));
                },
            .on_epoch = on_epoch,
            .is_save_asked = [&] { return session.hangup->take_request(); }};
        RunRecord record = run_training(config, Tables{}, control);
        write_report_or_warn(config.output,
                             {.gates = judged(arguments.gates, record, Tables{}),
                              .heat_maps = heat_maps_of(std::filesystem::path(config.output) / "model.pt")},
                             reporter);
        return record;
    } catch (const std::exception& error) {
        log.write_failure(error.what());
        throw;
    }
}

void train(const TrainArguments& arguments, const Session& session) {
    const RunOptions config = read_run_config(config_file(arguments, session), arguments.assignments, Tables{});
    if (!arguments.gates.empty()) {
        expect_something_to_gate_on(config);
        expect_measured(arguments.gates, judged_metrics(config));
    }
    const RunRecord outcome = run_logged(config, arguments, session);
    if (arguments.json)
        print_json(outcome_json(outcome, config.output));
    else
        std::cout << outcome_text(outcome, config.output);
    if (outcome.end == TrainingEnd::interrupted)
        throw Interrupted(
            format_text("interrupted after {} of {} epochs; the state is saved: the same command with "
                        "--resume goes on from there",
                        outcome.history.size(), epochs_of(config)));
    expect_gates(arguments.gates, outcome, Tables{});
}

}  // namespace

void add_train(CLI::App& app, Command& chosen) {
    const auto arguments = std::make_shared<TrainArguments>();
    CLI::App* command = app.add_subcommand("train", "Train a classifier as a config says, then test it");
    takes_config(*command, *arguments, "The run's config, a JSON file; or a folder of images or a list");
    takes_device(*command, *arguments);
    CLI::Option* resume = command->add_flag("--resume", arguments->resume, "Go on with an interrupted run");
    command->add_flag("--overwrite", arguments->overwrite, "Replace the run that the run folder holds")
        ->excludes(resume);
    takes_gates(*command, arguments->gates,
                "Exit with 4 when a metric of the test is worse than this; a number alone is for the accuracy");
    takes_offline(*command, arguments->offline);
    command->add_flag("--watch", arguments->watch,
                      "Write the report after every epoch too; a browser that shows it reads it again by itself");
    command->add_flag("--json", arguments->json, "Print the outcome as JSON");
    command->callback(
        [arguments, &chosen] { chosen = [arguments](const Session& session) { train(*arguments, session); }; });
}

}  // namespace graft
