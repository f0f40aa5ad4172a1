#include "search/models/combine.hpp"

#include <CLI/App.hpp>
#include <iostream>
#include <memory>

#include "app/commands/commands.hpp"
#include "app/list_arguments.hpp"
#include "app/option_checks.hpp"
#include "app/results.hpp"
#include "app/terminal/terminal_reporter.hpp"
#include "core/enum_names.hpp"
#include "core/text.hpp"
#include "core/text_layout.hpp"
#include "graft/core/errors.hpp"
#include "run/evaluate_folder.hpp"

namespace graft {

/// How several models become one.
enum class Combination {
    ensemble,  ///< their outputs are averaged
    soup,      ///< their weights are
};
template <>
inline constexpr auto enum_names<Combination> = std::to_array<std::string_view>({"ensemble", "soup"});

namespace {

struct CombineArguments {
    std::vector<std::string> models, list;
    std::string output, validation;
    Combination how = Combination::ensemble;
    bool json = false, force = false;
};

/// A model, with the score of its first metric on the validation images. It goes through a file, as in deployment.
class ValidationScore {
public:
    ValidationScore(const CombineArguments& arguments, const Session& session, Reporter& reporter)
        : places_{arguments.validation},
          list_(arguments.list),
          file_(arguments.output + ".candidate"),
          session_(session),
          reporter_(reporter) {}
    ~ValidationScore() {
        std::error_code ignored;
        std::filesystem::remove(file_, ignored);
    }
    ValidationScore(const ValidationScore&) = delete;
    ValidationScore& operator=(const ValidationScore&) = delete;

    double operator()(const ModelFile& model) {
        save_model(file_, model.module, model.info);
        const Predictor predictor(file_, {});
        const ImageFolder images = images_for(
            predictor, places_.front(),
            {.list = list_options(recorded_list_options(predictor), list_, places_), .part = PartKind::validation},
            {.asked_by = AskedBy::command});
        const EvaluationRecord record =
            evaluate_folder(predictor, images, {}, session_.stop, reporter_)->finish(places_.front());
        const MeasuredMetric metric = record.metrics().front();
        name = metric.name;
        return metric.more_is_better ? metric.value : -metric.value;
    }
    std::string name;

private:
    std::vector<std::string> places_, list_;
    std::filesystem::path file_;
    const Session& session_;
    Reporter& reporter_;
};

std::vector<ModelFile> load_all(const std::vector<std::string>& files) {
    std::vector<ModelFile> models;
    for (const std::string& file : files) models.push_back(load_model(file));
    return models;
}

void tell_soup(const SoupRecord& record, const CombineArguments& arguments, const std::string& metric) {
    Json document = {{"output", arguments.output}, {"metric", metric}, {"score", record.score}};
    std::vector<std::vector<std::string>> rows{{"model", metric, "with those before", ""}};
    for (const SoupRecord::Step& step : record.steps) {
        const std::string& file = arguments.models[step.model];
        rows.push_back(
            {file, four_decimals(step.alone), four_decimals(step.together), step.taken ? "taken" : "left out"});
        document["models"].push_back(
            {{"model", file}, {"alone", step.alone}, {"together", step.together}, {"taken", step.taken}});
    }
    if (arguments.json) return print_json(document);
    std::cout << aligned(rows) << arguments.output << "\n";
}

void combine(const CombineArguments& arguments, const Session& session) {
    if (arguments.models.size() < 2) throw ConfigError("MODEL: expected two at least, got one");
    const bool soup = arguments.how == Combination::soup;
    if (soup && arguments.validation.empty())
        throw ConfigError("--validation: is missing: a soup is chosen by images that were not trained on");
    if (!soup && !arguments.validation.empty()) throw ConfigError("--validation: is for --how soup");
    if (!soup && !arguments.list.empty()) throw ConfigError("--list: is for the --validation of --how soup");
    expect_free(arguments.output, arguments.force, "--output");
    const std::vector<ModelFile> models = load_all(arguments.models);
    if (!soup) {
        const ModelFile ensemble = ensemble_of(models, arguments.models);
        save_model(arguments.output, ensemble.module, ensemble.info, present(arguments.force));
        if (arguments.json) return print_json({{"output", arguments.output}, {"models", arguments.models}});
        std::cout << arguments.output << "\n";
        return;
    }
    TerminalReporter reporter(session.screen);
    ValidationScore score(arguments, session, reporter);
    const Soup found = greedy_soup(models, arguments.models, std::ref(score));
    save_model(arguments.output, found.model.module, found.model.info, present(arguments.force));
    tell_soup(found.record, arguments, score.name);
}

}  // namespace

void add_combine(CLI::App& app, Command& chosen) {
    const auto arguments = std::make_shared<CombineArguments>();
    CLI::App* command = app.add_subcommand("combine", "Make one model of several");
    command->add_option("models", arguments->models, "Model files, two at least")->required()->type_name("MODEL");
    command->add_option("--output", arguments->output, "The model file to write")->required()->type_name("FILE");
    takes_choice(*command, "--how", arguments->how,
                 "ensemble: their outputs are averaged; soup: their weights, of those that make it better");
    command->add_option("--validation", arguments->validation, "Images that a soup is chosen by: a folder or a list")
        ->type_name("DIR");
    takes_list_options(*command, arguments->list);
    takes_force(*command, arguments->force);
    command->add_flag("--json", arguments->json, "Print what was done as JSON");
    command->callback(
        [arguments, &chosen] { chosen = [arguments](const Session& session) { combine(*arguments, session); }; });
}

}  // namespace graft
