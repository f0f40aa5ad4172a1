#include <CLI/App.hpp>
#include <filesystem>
#include <iostream>
#include <memory>

#include "app/commands/commands.hpp"
#include "app/config_arguments.hpp"
#include "app/option_checks.hpp"
#include "app/results.hpp"
#include "app/starter_config.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "run/run_options.hpp"
#include "run/stage_problems.hpp"
#include "search/tune_options.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

struct ConfigCheckArguments : ConfigArguments {
    bool json = false;
};

struct TextArguments {
    std::string output;
    bool force = false;
};

struct InitArguments {
    std::string output = "run.json", data = "data";
    StarterRecipe recipe = StarterRecipe::frozen_head;
    bool force = false;
};

/// What a run with this config would do, in a few lines.
std::string plan_text(const RunOptions& config) {
    const auto folder = [](const std::optional<std::string>& name) { return name.value_or("none"); };
    std::string validation = folder(config.data.validation);
    std::string test = folder(config.data.test);
    if (const auto& column = config.data.list.split_column)
        validation = test = format_text("the rows that {} says", *column);
    if (config.data.split.split_file) validation = "as " + *config.data.split.split_file + " says";
    if (config.data.split.validation_split > 0)
        validation = Json(config.data.split.validation_split).dump() + " of the training images";
    std::vector<std::string> callbacks;
    for (const CallbackPlugin& callback : config.callbacks) callbacks.push_back(callback.name());
    for (std::size_t i = 0; i < config.training.phases.size(); ++i)
        for (const CallbackPlugin& callback : config.training.phases[i].callbacks)
            callbacks.push_back(format_text("{} in phase {}", callback.name(), i + 1));
    std::vector<std::string> trained;
    if (is_fitted(config.head)) trained.push_back(format_text("{}, fitted once", config.head.kind));
    for (const PhaseOptions& phase : is_fitted(config.head) ? std::vector<PhaseOptions>() : phases_of(config))
        trained.push_back(format_text("{} epochs{}, {}", phase.epochs, phase.train.empty() ? "" : " of " + phase.train,
                                      phase.optimizer.name()));
    return format_text(
        "  train on    {}\n  validate on {}\n  test on     {}\n  backbone    {}, weights {}, frozen: {}\n"
        "  training    {}, {}\n  callbacks   {}\n  run folder  {}\n",
        config.data.train, validation, test, config.backbone.name,
        config.backbone.weights.value_or("from the manifest"), config.backbone.freeze, joined(trained, "; then "),
        config.training.loss.name(), callbacks.empty() ? "none" : joined(callbacks), config.output);
}

void check_config(const ConfigCheckArguments& arguments) {
    const Tables tables;
    const WrittenConfig written = read_written_config(arguments.config, arguments.assignments);
    const RunOptions config = read_run_config(written, tables);
    std::vector<std::string> problems = stage_problems(config, tables);
    for (std::string& problem : problems) problem = format_text("{}: {}", arguments.config, problem);
    if (!problems.empty()) throw ConfigError(problems);
    if (written.document.contains("tune")) static_cast<void>(read_tune_config(written, tables));
    if (arguments.json) return print_json(resolved(config, tables));
    std::cout << shown_lines(arguments.config + ": OK\n" + plan_text(config));
}

void init(const InitArguments& arguments) {
    expect_free(arguments.output, arguments.force, "--output");
    const StarterConfig starter = starter_config(arguments.data, "my-classifier", arguments.recipe);
    for (const std::string& note : starter.notes) std::cerr << shown_lines(note) << "\n";
    write_file(arguments.output, pretty(starter.document), present(arguments.force));
    std::cout << arguments.output << "\n";
    std::cerr << "edit it, then: graft train " << arguments.output << "\n";
    if (starter.document.at("$schema") == "schema.json")
        std::cerr << "for completion in an editor: graft config schema --output "
                  << (fs::path(arguments.output).parent_path() / "schema.json").string() << "\n";
}

void print_or_write(const std::string& text, const TextArguments& arguments) {
    if (arguments.output.empty()) {
        std::cout << text;
        return;
    }
    expect_free(arguments.output, arguments.force, "--output");
    write_file(arguments.output, text, present(arguments.force));
}

void add_config_check(CLI::App& config, Command& chosen) {
    const auto arguments = std::make_shared<ConfigCheckArguments>();
    CLI::App* command = config.add_subcommand("check", "Say what is wrong with a config, or what it would run");
    takes_config(*command, *arguments, "The config, a JSON file", "Change a value, for example /training/epochs=3");
    command->add_flag("--json", arguments->json, "Print the config with all defaults written out");
    command->callback([arguments, &chosen] { chosen = [arguments](const Session&) { check_config(*arguments); }; });
}

void add_init(CLI::App& config, Command& chosen) {
    const auto arguments = std::make_shared<InitArguments>();
    CLI::App* command = config.add_subcommand("init", "Write a config to start from");
    command->add_option("--output", arguments->output, "The file")->capture_default_str()->type_name("FILE");
    command
        ->add_option("--data", arguments->data,
                     "Your images: class folders, or train, val and test with class folders; or a list")
        ->capture_default_str()
        ->type_name("DIR");
    takes_choice(
        *command, "--recipe", arguments->recipe,
        "frozen_head: a new head on a frozen network; fine_tune: the head, then the whole network, which takes "
        "longer and gets further; few_images: a linear classifier, fitted once");
    takes_force(*command, arguments->force);
    command->callback([arguments, &chosen] { chosen = [arguments](const Session&) { init(*arguments); }; });
}

/// A command that prints a text made from the declarations of the options.
void add_text(CLI::App& config, Command& chosen, const std::string& name, const std::string& summary,
              std::string (*make)(const Tables&)) {
    const auto arguments = std::make_shared<TextArguments>();
    CLI::App* command = config.add_subcommand(name, summary);
    command->add_option("--output", arguments->output, "Write it to a file")->type_name("FILE");
    takes_force(*command, arguments->force);
    command->callback([arguments, make, &chosen] {
        chosen = [arguments, make](const Session&) { print_or_write(make(Tables{}), *arguments); };
    });
}

}  // namespace

void add_config(CLI::App& app, Command& chosen) {
    CLI::App* config = app.add_subcommand("config", "Begin, check and describe configs");
    config->require_subcommand(0, 1);
    add_config_check(*config, chosen);
    add_init(*config, chosen);
    add_text(*config, chosen, "schema", "Print the JSON Schema, for completion in editors", [](const Tables& tables) {
        Json schema = run_config_schema(tables);
        schema["properties"]["tune"] = tune_schema();
        return pretty(schema);
    });
    add_text(*config, chosen, "docs", "Print the reference of all options as Markdown",
             [](const Tables& tables) { return run_config_markdown(tables) + tune_markdown(); });
}

}  // namespace graft
