#include <CLI/App.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>

#include "app/commands/commands.hpp"
#include "app/decision_arguments.hpp"
#include "app/evaluation_places.hpp"
#include "app/folders_text.hpp"
#include "app/gates.hpp"
#include "app/list_arguments.hpp"
#include "app/option_checks.hpp"
#include "app/results.hpp"
#include "app/terminal/terminal_reporter.hpp"
#include "core/hash.hpp"
#include "core/ranking.hpp"
#include "core/text.hpp"
#include "data/data_options.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/decode.hpp"
#include "image/test_views.hpp"
#include "inference/throughput.hpp"
#include "record/evaluation_json.hpp"
#include "report/report.hpp"
#include "run/compare_answers.hpp"
#include "run/evaluate_folder.hpp"
#include "run/heat_maps.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

struct EvaluateArguments {
    std::string model;
    std::vector<std::string> folders;
    std::vector<std::int64_t> top_k = {5};
    ClassMismatch classes = ClassMismatch::fail;
    OnBadImage on_bad_image = OnBadImage::fail;
    std::string output;
    std::vector<std::string> exclude, list;
    PartKind part = PartKind::test;
    bool asks_top_k = false, asks_part = false;  ///< the option was typed
    std::int64_t max_pixels = kDefaultMaxPixels;
    TestTimeAugmentation tta = TestTimeAugmentation::none;
    std::size_t workers = 0;
    std::string device = "cpu";
    std::vector<Gate> gates;
    std::string compare;
    DecisionArguments decision;
    bool json = false, force = false;
};

/// Throws ConfigError for options that say nothing of this model or of what it is tested on.
void expect_understood(const EvaluateArguments& arguments, TaskKind task) {
    std::vector<std::string> problems;
    if (arguments.asks_top_k && task != TaskKind::classification)
        problems.push_back(format_text("--top-k: is for models of classification; this one is of {}", task));
    if (arguments.classes != ClassMismatch::fail && task == TaskKind::regression)
        problems.push_back(format_text("--classes: is for models of classes; this one is of {}", task));
    if (arguments.asks_part &&
        std::ranges::none_of(arguments.folders, [](const fs::path& place) { return is_list(place); }))
        problems.emplace_back("--part: is for lists, and none is given: a .csv, .tsv or .jsonl file");
    if (!problems.empty()) throw ConfigError(problems);
}

std::vector<fs::path> output_folders(const EvaluateArguments& arguments) {
    return places_of_evaluations(arguments.folders, arguments.output);
}

/// Counts over all folders, and a record of each.
struct Evaluated {
    std::unique_ptr<Evaluator> all;
    std::vector<EvaluationRecord> folders;
    Answers answers = {};  // of classification

    [[nodiscard]] EvaluationRecord total() const {
        if (folders.size() == 1) return folders.front();
        EvaluationRecord record = all->finish("all folders");
        record.model = folders.front().model;
        record.tta = folders.front().tta;
        return record;
    }
};

EvaluateOptions evaluate_options(const EvaluateArguments& arguments) {
    return {.top_k = arguments.top_k,
            .on_bad_image = arguments.on_bad_image,
            .workers = arguments.workers,
            .present = present(arguments.force)};
}

/// Keeps what is said of each image. @param place of the folder among those that are evaluated
auto collect_answers(Answers& answers, const Predictor& predictor, const std::string& place) {
    return [&answers, &predictor, place](const Sample& sample, std::span<const float> values) {
        const std::vector<std::string>& classes = predictor.classes();
        answers[place + sample.name] = {classes[static_cast<std::size_t>(sample.label)],
                                        classes[top_indices(values, 1).front()]};
    };
}

/// The images of all folders, before the first of them is read: a wrong name costs no time.
std::vector<ImageFolder> scan_folders(const EvaluateArguments& arguments, const Predictor& predictor,
                                      Reporter& reporter) {
    std::vector<ImageFolder> scanned;
    const ImageChoice choice{.mismatch = arguments.classes,
                             .on_bad_image = arguments.on_bad_image,
                             .list = list_options(recorded_list_options(predictor), arguments.list, arguments.folders),
                             .part = arguments.part,
                             .part_is_asked_for = arguments.asks_part};
    for (const std::string& folder : arguments.folders)
        scanned.push_back(
            images_for(predictor, folder, choice, {.exclude = arguments.exclude, .asked_by = AskedBy::command}));
    for (const ImageFolder& folder : scanned) tell(folder.remarks, reporter);
    return scanned;
}

/// Which folder an answer is of, where there are several.
std::string place_of(const EvaluateArguments& arguments, std::size_t folder) {
    return arguments.folders.size() == 1 ? "" : arguments.folders[folder] + "/";
}

/// @param outputs a folder for each of those that are evaluated; empty: nothing is written
Evaluated evaluate_all(const EvaluateArguments& arguments, const Predictor& predictor,
                       const std::vector<fs::path>& outputs, Reporter& reporter, const Session& session) {
    for (const std::string& note : {predictor.device_note(), predictor.engine_note()})
        if (!note.empty()) reporter.note(note);
    if (arguments.tta != TestTimeAugmentation::none)
        reporter.note(
            format_text("probabilities are the mean over {} pictures of each image", view_count(arguments.tta)));
    const std::vector<ImageFolder> scanned = scan_folders(arguments, predictor, reporter);
    EvaluateOptions options = evaluate_options(arguments);
    Evaluated evaluated{evaluator_of(predictor, options), {}};
    for (std::size_t i = 0; i < scanned.size(); ++i) {
        if (!outputs.empty()) options.folder = outputs[i];
        if (!arguments.compare.empty())
            options.on_image = collect_answers(evaluated.answers, predictor, place_of(arguments, i));
        const auto counts = evaluate_folder(predictor, scanned[i], options, session.stop, reporter);
        evaluated.all->add(*counts);
        evaluated.folders.push_back(evaluation_of(predictor, *counts, arguments.folders[i]));
    }
    return evaluated;
}

/// What the model to compare with says, and nothing else of it: intervals take longer than counting.
Answers answers_of_other(const EvaluateArguments& arguments, const Predictor& other, Reporter& reporter,
                         const Session& session) {
    Answers answers;
    EvaluateOptions options = evaluate_options(arguments);
    const std::vector<ImageFolder> scanned = scan_folders(arguments, other, reporter);
    for (std::size_t i = 0; i < scanned.size(); ++i) {
        options.on_image = collect_answers(answers, other, place_of(arguments, i));
        (void)evaluate_folder(other, scanned[i], options, session.stop, reporter);
    }
    return answers;
}

Json evaluated_json(const Evaluated& evaluated, const EvaluationRecord& total) {
    Json json = to_json(total);
    if (evaluated.folders.size() == 1) return json;
    json["folders"] = Json::array();
    for (const EvaluationRecord& record : evaluated.folders) json["folders"].push_back(to_json(record));
    return json;
}

std::vector<std::string> metric_names(const Evaluator& evaluator) {
    std::vector<std::string> names;
    for (const MeasuredMetric& metric : evaluator.finish("").metrics()) names.push_back(metric.name);
    return names;
}

void write_reports(const EvaluateArguments& arguments, const EvaluationRecord& total, Reporter& reporter) {
    ReportContext context{.gates = {},
                          .model = arguments.model,
                          .model_hash = sha256_of_file(arguments.model),
                          .heat_maps = heat_maps_of(arguments.model, arguments.workers)};
    if (arguments.folders.size() > 1)
        for (const fs::path& folder : output_folders(arguments)) write_report_or_warn(folder, context, reporter);
    context.gates = judged(arguments.gates, total.metrics());
    write_report_or_warn(arguments.output, context, reporter);
}

void write_evaluations(const EvaluateArguments& arguments, const Evaluated& evaluated, const EvaluationRecord& total,
                       const std::string& differences) {
    const Present how = present(arguments.force);
    const std::vector<fs::path> outputs = output_folders(arguments);
    if (outputs.size() > 1)
        for (std::size_t i = 0; i < outputs.size(); ++i) write_evaluation(outputs[i], evaluated.folders[i], how);
    write_evaluation(arguments.output, total, how);
    if (!differences.empty()) write_file(fs::path(arguments.output) / "differences.csv", differences, how);
}

void evaluate(const EvaluateArguments& arguments, const Session& session) {
    if (!arguments.output.empty()) expect_free_places(arguments.folders, arguments.output, arguments.force);
    const PredictorOptions options{.throughput = throughput_file(),
                                   .device = arguments.device,
                                   .max_pixels = arguments.max_pixels,
                                   .test_time_augmentation = arguments.tta,
                                   .min_confidence = arguments.decision.min_confidence,
                                   .min_margin = arguments.decision.min_margin,
                                   .max_distance = arguments.decision.max_distance};
    const Predictor predictor(arguments.model, options);
    expect_decides(arguments.decision, predictor);
    expect_understood(arguments, task_of(predictor));
    expect_measured(arguments.gates, metric_names(*evaluator_of(predictor, evaluate_options(arguments))));
    std::optional<Predictor> other;
    if (!arguments.compare.empty()) expect_comparable(predictor, other.emplace(arguments.compare, options));
    TerminalReporter reporter(session.screen);
    const std::vector<fs::path> outputs =
        arguments.output.empty() ? std::vector<fs::path>() : output_folders(arguments);
    const Evaluated evaluated = evaluate_all(arguments, predictor, outputs, reporter, session);
    EvaluationRecord total = evaluated.total();
    std::string differences;
    if (other) {
        const Answers others = answers_of_other(arguments, *other, reporter, session);
        ModelComparison comparison = compare_answers(evaluated.answers, others, arguments.compare);
        total.comparison = comparison.record;
        differences = std::move(comparison.differences);
    }
    const bool several = evaluated.folders.size() > 1;
    if (!arguments.output.empty()) write_evaluations(arguments, evaluated, total, differences);
    if (!arguments.output.empty()) write_reports(arguments, total, reporter);
    if (arguments.json)
        print_json(evaluated_json(evaluated, total));
    else
        std::cout << (several ? folders_text(evaluated.folders, total) : "") << to_text(total);
    expect_gates(arguments.gates, total.metrics(), "");
}

}  // namespace

void add_evaluate(CLI::App& app, Command& chosen) {
    const auto arguments = std::make_shared<EvaluateArguments>();
    CLI::App* command = app.add_subcommand("evaluate", "Test a model on folders of class folders, or on lists");
    command->add_option("model", arguments->model, "The model, for example runs/NAME/model.pt")
        ->required()
        ->type_name("MODEL");
    command
        ->add_option("folders", arguments->folders,
                     "Folders whose sub-folders are the classes, or lists: .csv, .tsv, .jsonl")
        ->required()
        ->type_name("FOLDER");
    command->add_option("--top-k", arguments->top_k, "Which top-k accuracies to report beside top-1")
        ->capture_default_str()
        ->type_name("K,K")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(integer_in(between(1, 100000)));
    takes_choice(*command, "--classes", arguments->classes, "When a folder has other classes than the model");
    takes_choice(*command, "--on-bad-image", arguments->on_bad_image, "When an image cannot be read");
    takes_list_options(*command, arguments->list);
    takes_choice(*command, "--part", arguments->part, "Which rows of a list with a split_column");
    takes_exclude(*command, arguments->exclude);
    takes_max_pixels(*command, arguments->max_pixels);
    takes_choice(*command, "--tta", arguments->tta, "Average over several pictures of each image");
    command->add_option("--output", arguments->output, "Write report, confusion matrix and predictions here")
        ->type_name("FOLDER");
    takes_force(*command, arguments->force);
    takes_workers(*command, arguments->workers);
    takes_device(*command, arguments->device);
    takes_gates(*command, arguments->gates,
                "Exit with 4 when a metric is worse than this; a number alone is for the accuracy");
    command->add_option("--compare", arguments->compare, "Another model, to see on which images the two differ")
        ->type_name("MODEL");
    takes_decision(*command, arguments->decision);
    command->add_flag("--json", arguments->json, "Print one JSON object");
    command->callback([arguments, command, &chosen] {
        arguments->asks_top_k = command->count("--top-k") > 0;
        arguments->asks_part = command->count("--part") > 0;
        chosen = [arguments](const Session& session) { evaluate(*arguments, session); };
    });
}

}  // namespace graft
