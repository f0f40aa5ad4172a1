#include <unistd.h>

#include <CLI/App.hpp>
#include <iostream>
#include <memory>
#include <optional>

#include "app/commands/commands.hpp"
#include "app/decision_arguments.hpp"
#include "app/explained_images.hpp"
#include "app/image_paths.hpp"
#include "app/list_arguments.hpp"
#include "app/option_checks.hpp"
#include "app/path_stream.hpp"
#include "app/prediction_rows.hpp"
#include "app/results.hpp"
#include "app/terminal/terminal_reporter.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/decode.hpp"
#include "image/test_views.hpp"
#include "inference/throughput.hpp"
#include "run/evaluate_folder.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kStreamChunk = 64;  // images of a stream that are classified at once

struct PredictArguments {
    std::string model;
    std::vector<std::string> paths;
    RowFormat format = RowFormat::csv;
    std::string output, explain;
    bool json = false, all_probabilities = false, force = false;
    std::vector<std::string> exclude, list;
    std::int64_t max_pixels = kDefaultMaxPixels;
    TestTimeAugmentation tta = TestTimeAugmentation::none;
    std::optional<std::size_t> top_k;  // 1 where there is one class
    DecisionArguments decision;
    std::size_t workers = 0;
    std::string device = "cpu";
};

/// Where rows go: standard output, at once, or a file, whole or not at all.
class RowSink {
public:
    RowSink(const std::string& file, Present present) {
        if (!file.empty()) file_ = std::make_unique<WholeFile>(file, present);
    }
    void write(std::string_view text) { file_ ? file_->write(text) : void(std::cout << text); }
    void flush() {
        if (!file_ && !std::cout.flush()) throw Error("standard output cannot be written");
    }
    void commit() {
        if (file_) file_->commit();
    }

private:
    std::unique_ptr<WholeFile> file_;
};

/// Classifies lists of images one after the other and writes their rows.
class Classification {
public:
    Classification(const Predictor& predictor, const PredictArguments& arguments, const Session& session,
                   Reporter& reporter)
        : predictor_(predictor),
          workers_(arguments.workers),
          stop_(session.stop),
          reporter_(reporter),
          rows_(predictor.outputs(), {.format = arguments.json ? RowFormat::json_lines : arguments.format,
                                      .top_k = arguments.top_k.value_or(1),
                                      .all_probabilities = arguments.all_probabilities,
                                      .task = task_of(predictor),
                                      .thresholds = predictor.thresholds(),
                                      .decision = predictor.decision()}),
          sink_(arguments.output, present(arguments.force)) {
        sink_.write(rows_.header());
    }

    void add(const NamedImages& images) { add(images.files, images.names); }
    void add(const std::vector<fs::path>& images, const std::vector<fs::path>& names) {
        const auto consume = [&](std::size_t i, const Prediction& prediction) {
            ++images_;
            if (!prediction.error.empty()) ++failed_;
            sink_.write(rows_.row(names[i], prediction));
            reporter_.advance(i + 1);
        };
        const std::size_t done = predictor_.predict_files(images, consume, workers_, stop_);
        sink_.flush();
        if (done < images.size()) stop();
    }
    void add(PathStream stream) {
        for (auto images = stream.next(kStreamChunk); !images.empty(); images = stream.next(kStreamChunk))
            add(images, images);
        if (stop_.stop_requested()) stop();
    }

    void finish() {
        if (images_ == 0) throw DataError("there are no images to classify");
        sink_.commit();
        if (failed_ == images_) throw DataError(format_text("none of the {} images could be read", images_));
        if (failed_ > 0)
            reporter_.warn(
                format_text("{} of {} images could not be read: their rows hold the reason", failed_, images_));
    }

private:
    [[noreturn]] void stop() const { throw Interrupted(format_text("interrupted after {} images", images_)); }

    const Predictor& predictor_;
    std::size_t workers_;
    std::stop_token stop_;
    Reporter& reporter_;
    PredictionRows rows_;
    RowSink sink_;
    std::size_t images_ = 0, failed_ = 0;
};

/// Throws ConfigError for options that say nothing of what the model gives.
void expect_understood(const PredictArguments& arguments, const Predictor& predictor) {
    const TaskKind task = task_of(predictor);
    std::vector<std::string> problems;
    if (!arguments.explain.empty() && task == TaskKind::regression && predictor.outputs().size() > 1)
        problems.push_back(
            format_text("--explain: shows what speaks for one class or one number; this model gives {} "
                        "numbers",
                        predictor.outputs().size()));
    if (arguments.top_k && task != TaskKind::classification)
        problems.push_back(format_text("--top-k: is for models of classification; this one is of {}", task));
    if (arguments.all_probabilities && task == TaskKind::regression)
        problems.emplace_back("--probabilities: this model is of regression: it gives numbers, and all of them");
    if (!problems.empty()) throw ConfigError(problems);
}

void explain_where_asked(const PredictArguments& arguments, const std::vector<fs::path>& images, const Session& session,
                         Reporter& reporter) {
    if (arguments.explain.empty()) return;
    explain_images(arguments.model, images,
                   {.folder = arguments.explain,
                    .workers = arguments.workers,
                    .max_pixels = arguments.max_pixels,
                    .stop = session.stop,
                    .present = present(arguments.force)},
                   reporter);
}

void predict(const PredictArguments& arguments, const Session& session) {
    if (!arguments.output.empty()) expect_free(arguments.output, arguments.force, "--output");
    if (!arguments.explain.empty()) expect_free(arguments.explain, arguments.force, "--explain");
    const Predictor predictor(arguments.model, {.throughput = throughput_file(),
                                                .device = arguments.device,
                                                .max_pixels = arguments.max_pixels,
                                                .test_time_augmentation = arguments.tta,
                                                .min_confidence = arguments.decision.min_confidence,
                                                .min_margin = arguments.decision.min_margin,
                                                .max_distance = arguments.decision.max_distance});
    expect_decides(arguments.decision, predictor);
    expect_understood(arguments, predictor);
    TerminalReporter spoken(session.screen);
    SilentReporter silent;
    for (const std::string& note : {predictor.device_note(), predictor.engine_note()})
        if (!note.empty()) spoken.note(note);
    const bool rows_on_terminal = arguments.output.empty() && ::isatty(STDOUT_FILENO) != 0;
    Reporter& reporter = rows_on_terminal ? static_cast<Reporter&>(silent) : spoken;
    Classification classification(predictor, arguments, session, reporter);
    const ListOptions columns = list_options(recorded_list_options(predictor), arguments.list, arguments.paths);
    std::vector<fs::path> explained;
    const auto classify = [&](std::span<const std::string> paths) {
        const NamedImages images = images_at(paths, columns, arguments.exclude, spoken);
        if (images.files.empty()) return;
        reporter.start("predicting", images.files.size(), "images");
        classification.add(images);
        reporter.finish();
        explained.insert(explained.end(), images.files.begin(), images.files.end());
    };
    auto next = arguments.paths.begin();  // not classified yet
    for (auto path = next; path != arguments.paths.end(); ++path) {
        if (*path != "-") continue;
        classify({next, path});
        classification.add(PathStream(STDIN_FILENO, session.stop));
        next = path + 1;
    }
    classify({next, arguments.paths.end()});
    classification.finish();
    explain_where_asked(arguments, explained, session, spoken);
}

}  // namespace

void add_predict(CLI::App& app, Command& chosen) {
    const auto arguments = std::make_shared<PredictArguments>();
    CLI::App* command = app.add_subcommand("predict", "Classify images: CSV or JSON Lines, a row per image");
    command->add_option("model", arguments->model, "The model, for example runs/NAME/model.pt")
        ->required()
        ->type_name("MODEL");
    command
        ->add_option("paths", arguments->paths,
                     "Images, folders, lists (.csv, .tsv, .jsonl), or - to read paths from standard input")
        ->required()
        ->type_name("PATH");
    takes_choice(*command, "--format", arguments->format, "How rows are written");
    command->add_flag("--json", arguments->json, "The same as --format jsonl");
    command->add_option("--top-k", arguments->top_k, "The likeliest classes of each image")
        ->default_str("1")
        ->type_name("N")
        ->check(integer_in(between(1, 100000)));
    command->add_flag("--probabilities", arguments->all_probabilities, "Also the probability of every class");
    takes_list_options(*command, arguments->list);
    takes_exclude(*command, arguments->exclude);
    takes_max_pixels(*command, arguments->max_pixels);
    takes_choice(*command, "--tta", arguments->tta, "Average over several pictures of each image");
    takes_decision(*command, arguments->decision);
    command->add_option("--output", arguments->output, "Write the rows to a file")->type_name("FILE");
    command
        ->add_option("--explain", arguments->explain,
                     "Write each image with what speaks for its class in red and against it in blue")
        ->type_name("FOLDER");
    takes_force(*command, arguments->force);
    takes_workers(*command, arguments->workers);
    takes_device(*command, arguments->device);
    command->callback(
        [arguments, &chosen] { chosen = [arguments](const Session& session) { predict(*arguments, session); }; });
}

}  // namespace graft
