#include "run/evaluate_folder.hpp"

#include <array>
#include <optional>

#include "core/files.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "graft/run/evaluate.hpp"
#include "image/test_views.hpp"
#include "inference/throughput.hpp"
#include "record/csv.hpp"
#include "record/evaluation_json.hpp"
#include "record/evaluation_text.hpp"

namespace graft {
namespace {

constexpr std::array<const char*, 2> kPredictionNames = {"predictions.csv", "predictions.jsonl"};

/// predictions.csv and predictions.jsonl: a line per image.
class PredictionsFiles {
public:
    PredictionsFiles(const std::filesystem::path& folder, Present present, const Evaluator& evaluator)
        : evaluator_(evaluator),
          csv_(folder / kPredictionNames[0], present),
          lines_(folder / kPredictionNames[1], present) {
        csv_.write("file," + evaluator_.columns() + "\n");
    }
    void add(const Sample& sample, const ModelOutput& output) {
        csv_.write(csv_field(sample.name) + "," + evaluator_.cells(sample, output.values) + "\n");
        Json line = {{"file", sample.name}};
        line.update(evaluator_.object(sample, output));
        lines_.write(json_line(line) + "\n");
    }
    void commit() {
        csv_.commit();
        lines_.commit();
    }

private:
    const Evaluator& evaluator_;
    WholeFile csv_, lines_;
};

/// The config that a model was trained with; null where it says none.
Json recorded_config(const Predictor& predictor) {
    const Json description = Json::parse(predictor.description());
    return description.is_object() ? description.value("config", Json()) : Json();
}

/// What the model's task needs to know of an image.
TargetKind targets_of(const Predictor& predictor) {
    return builtin_tasks().find(std::string(predictor.task()))->targets;
}

void report_bad(const std::vector<std::string>& bad, const ImageFolder& folder, OnBadImage policy, Reporter& reporter) {
    if (bad.empty()) return;
    std::string message = std::to_string(bad.size()) + " of " + std::to_string(folder.samples.size()) + " images in " +
                          folder.root.string() + " cannot be read:";
    for (const std::string& reason : bad) message += "\n  " + reason;
    if (policy == OnBadImage::fail)
        throw DataError(message +
                        "\nRepair or remove them, or leave them out: --on-bad-image skip, in a config "
                        "\"on_bad_image\": \"skip\"");
    reporter.warn(message + "\nthey are left out");
}

}  // namespace

ListOptions recorded_list_options(const Predictor& predictor) {
    return recorded_list_options(recorded_config(predictor));
}

ImageFolder images_for(const Predictor& predictor, const std::filesystem::path& place, ImageChoice choice,
                       const ScanOptions& scan) {
    choice.may_lack_split_column = choice.list.split_column == recorded_list_options(predictor).split_column;
    return labelled_images(place, targets_of(predictor), predictor.outputs(), choice, scan);
}

std::unique_ptr<Evaluator> evaluator_of(const Predictor& predictor, const EvaluateOptions& options) {
    return make_evaluator(task_of(predictor), {.outputs = predictor.outputs(),
                                               .thresholds = predictor.thresholds(),
                                               .top_k = options.top_k,
                                               .temperature = predictor.temperature(),
                                               .decision = predictor.decision()});
}

TaskKind task_of(const Predictor& predictor) { return enum_named<TaskKind>(predictor.task()).value(); }

std::unique_ptr<Evaluator> evaluate_folder(const Predictor& predictor, const ImageFolder& folder,
                                           const EvaluateOptions& options, std::stop_token stop, Reporter& reporter) {
    for (const std::string& sentence : untrained_classes(folder)) reporter.warn(sentence);
    std::unique_ptr<Evaluator> evaluator = evaluator_of(predictor, options);
    std::optional<PredictionsFiles> predictions;
    if (!options.folder.empty()) predictions.emplace(options.folder, options.present, *evaluator);
    std::vector<std::filesystem::path> files;
    files.reserve(folder.samples.size());
    for (const Sample& sample : folder.samples) files.push_back(sample.file);
    std::vector<std::string> bad;
    reporter.start("evaluating", files.size(), "images");
    const auto consume = [&](std::size_t i, const Prediction& prediction) {
        reporter.advance(i + 1);
        if (!prediction.error.empty()) return bad.push_back(prediction.error);
        const ModelOutput output(prediction.values, prediction.distance);
        evaluator->add(folder.samples[i], output);
        if (predictions) predictions->add(folder.samples[i], output);
        if (options.on_image) options.on_image(folder.samples[i], prediction.values);
    };
    const std::size_t done = predictor.predict_files(files, consume, options.workers, stop);
    reporter.finish();
    if (done < files.size())
        throw Interrupted("interrupted after " + std::to_string(done) + " of " + std::to_string(files.size()) +
                          " images");
    report_bad(bad, folder, options.on_bad_image, reporter);
    if (predictions) predictions->commit();
    return evaluator;
}

EvaluationRecord evaluation_of(const Predictor& predictor, const Evaluator& counts, const std::string& source) {
    EvaluationRecord record = counts.finish(source);
    record.model = predictor.model().string();
    if (predictor.test_time_augmentation() != TestTimeAugmentation::none)
        record.tta = text_of(predictor.test_time_augmentation());
    return record;
}

EvaluationRecord evaluate_test(const std::filesystem::path& model, const Dataset& dataset, const RunOptions& options,
                               const std::filesystem::path& folder, std::stop_token stop, Reporter& reporter) {
    const Predictor predictor(model, {.throughput = throughput_file(), .device = options.device});
    const ImageFolder images{
        .root = options.data.test.value_or(options.data.train), .classes = dataset.classes, .samples = dataset.test};
    const EvaluateOptions how{.top_k = options.top_k,
                              .on_bad_image = options.data.on_bad_image,
                              .workers = static_cast<std::size_t>(options.data.workers.value_or(0)),
                              .folder = folder};
    const EvaluationRecord record =
        evaluation_of(predictor, *evaluate_folder(predictor, images, how, stop, reporter), images.root.string());
    write_evaluation(folder, record);
    return record;
}

std::vector<std::string> prediction_file_names() { return {kPredictionNames.begin(), kPredictionNames.end()}; }

std::vector<std::string> evaluation_file_names() {
    return {"evaluation.json", "report.txt",      "classes.csv", "confusion.csv",
            "folders.csv",     "differences.csv", "targets.csv"};
}

void write_evaluation(const std::filesystem::path& folder, const EvaluationRecord& record, Present present) {
    write_file(folder / "evaluation.json", pretty(to_json(record)), present);
    write_file(folder / "report.txt", to_text(record), present);
    for (const EvaluationTable& table : tables_of(record)) write_file(folder / table.name, table.text, present);
}

EvaluationRecord evaluate(const Predictor& predictor, const std::filesystem::path& folder,
                          const EvaluationOptions& options) {
    SilentReporter silent;
    Reporter& reporter = options.reporter == nullptr ? silent : *options.reporter;
    const ImageChoice choice{.mismatch = options.class_mismatch,
                             .on_bad_image = options.on_bad_image,
                             .list = recorded_list_options(predictor)};
    const ImageFolder images = images_for(predictor, folder, choice, {});
    const EvaluateOptions how{.top_k = options.top_k,
                              .on_bad_image = options.on_bad_image,
                              .workers = options.workers,
                              .folder = options.output};
    const EvaluationRecord record =
        evaluation_of(predictor, *evaluate_folder(predictor, images, how, options.stop, reporter), folder.string());
    if (!options.output.empty()) write_evaluation(options.output, record);
    return record;
}

}  // namespace graft
