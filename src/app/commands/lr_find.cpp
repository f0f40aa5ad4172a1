#include "search/lr_find.hpp"

#include <CLI/App.hpp>
#include <iostream>
#include <memory>

#include "app/commands/commands.hpp"
#include "app/config_arguments.hpp"
#include "app/option_checks.hpp"
#include "app/results.hpp"
#include "app/terminal/terminal_reporter.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

struct LrFindArguments : ConfigArguments {
    std::string output;
    LrFindOptions how;
    std::int64_t phase = 1;
    bool offline = false, json = false, force = false;
};

std::string curve_as(const std::string& file, const LrFindRecord& record) {
    if (file.ends_with(".csv")) return csv_of(record);
    return file.ends_with(".svg") ? svg_of(record) : pretty(to_json(record));
}

void find_rate(LrFindArguments arguments, const Session& session) {
    const std::string& output = arguments.output;
    if (!output.empty() && !output.ends_with(".csv") && !output.ends_with(".svg") && !output.ends_with(".json"))
        throw ConfigError(format_text("--output: expected a .csv, .json or .svg file, got {}", output));
    if (!output.empty()) expect_free(output, arguments.force, "--output");
    if (!(arguments.how.start < arguments.how.end))
        throw ConfigError(format_text("--start: expected less than --end, got {} and {}",
                                      number_as_text(arguments.how.start), number_as_text(arguments.how.end)));
    arguments.how.phase = static_cast<std::size_t>(arguments.phase - 1);
    const RunOptions options = read_run_config(arguments.config, arguments.assignments, Tables{});
    TerminalReporter reporter(session.screen);
    const LrFindRecord record =
        find_learning_rate(options, Tables{}, arguments.how,
                           {.missing = missing_weights(arguments.offline), .stop = session.stop, .reporter = reporter});
    if (!output.empty()) write_file(output, curve_as(output, record), present(arguments.force));
    if (arguments.json)
        print_json(to_json(record));
    else
        std::cout << text_of(record);
}

}  // namespace

void add_lr_find(CLI::App& app, Command& chosen) {
    const auto arguments = std::make_shared<LrFindArguments>();
    CLI::App* command = app.add_subcommand("lr-find", "Find a learning rate: a short training whose rate rises");
    takes_config(*command, *arguments, "The run's config, a JSON file",
                 "Change a value of the config, for example /head/hidden=[]");
    takes_device(*command, *arguments);
    command->add_option("--phase", arguments->phase, "Which of /training/phases, counted from 1")
        ->capture_default_str()
        ->check(integer_in(at_least(1)));
    command->add_option("--start", arguments->how.start, "The first rate")
        ->capture_default_str()
        ->check(number_in(above(0)));
    command->add_option("--end", arguments->how.end, "The last rate")
        ->capture_default_str()
        ->check(number_in(above(0)));
    command->add_option("--steps", arguments->how.steps, "How many steps")
        ->capture_default_str()
        ->check(integer_in(between(20, 10000)));
    command->add_option("--output", arguments->output, "Write the curve to a .csv, .json or .svg file")
        ->type_name("FILE");
    takes_force(*command, arguments->force);
    takes_offline(*command, arguments->offline);
    command->add_flag("--json", arguments->json, "Print curve and suggestions as JSON");
    command->callback(
        [arguments, &chosen] { chosen = [arguments](const Session& session) { find_rate(*arguments, session); }; });
}

}  // namespace graft
