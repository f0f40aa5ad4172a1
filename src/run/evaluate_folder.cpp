#include "run/evaluate_folder.hpp"

#include <optional>

#include "config/read.hpp"
#include "core/files.hpp"
#include "graft/core/errors.hpp"
#include "graft/run/evaluate.hpp"
#include "inference/throughput.hpp"
#include "record/csv.hpp"

namespace graft {
namespace {

struct EvaluationFile {
    const char* name;
    std::string (*text)(const EvaluationRecord& record);
};

constexpr EvaluationFile kFiles[] = {
    {"evaluation.json", [](const EvaluationRecord& record) { return pretty(to_json(record)); }},
    {"report.txt", [](const EvaluationRecord& record) { return to_text(record); }},
    {"classes.csv", [](const EvaluationRecord& record) { return classes_csv(record); }},
    {"confusion.csv", [](const EvaluationRecord& record) { return confusion_csv(record); }}};

/// predictions.csv: file, true class, predicted class, whether they agree, and a probability per class.
class PredictionsFile {
public:
    PredictionsFile(const std::filesystem::path& file, const std::vector<std::string>& classes)
        : classes_(classes), file_(file) {
        std::string header = "file,class,predicted,correct";
        for (const std::string& name : classes) header += "," + csv_field(name);
        file_.write(header + "\n");
    }

    void add(const Sample& sample, std::span<const float> probabilities, std::size_t predicted) {
        const auto truth = static_cast<std::size_t>(sample.label);
        std::string line = csv_field(sample.name) + "," + csv_field(classes_[truth]) + "," +
                           csv_field(classes_[predicted]) + (predicted == truth ? ",1" : ",0");
        for (const float probability : probabilities) line += "," + shortest(probability);
        file_.write(line + "\n");
    }
    void commit() { file_.commit(); }

private:
    const std::vector<std::string>& classes_;
    WholeFile file_;
};

/// The config that a model was trained with; null where it says none.
Json recorded_config(const Predictor& predictor) {
    const Json description = Json::parse(predictor.description());
    return description.is_object() ? description.value("config", Json()) : Json();
}

/// What the model's task needs to know of an image.
TargetKind targets_of(const Predictor& predictor) {
    const Json config = recorded_config(predictor);
    const Json task = config.is_object() ? config.value("task", Json()) : Json();
    const Json name = task.is_object() ? task.value("name", Json()) : task;
    const TaskRow* row = name.is_string() ? builtin_tasks().find(name.get<std::string>()) : nullptr;
    return row == nullptr ? TargetKind::one_class : row->targets;
}

void report_bad(const std::vector<std::string>& bad, const ImageFolder& folder, OnBadImage policy, Reporter& reporter) {
    if (bad.empty()) return;
    std::string message = std::to_string(bad.size()) + " of " + std::to_string(folder.samples.size()) + " images in " +
                          folder.root.string() + " cannot be read:";
    for (const std::string& reason : bad) message += "\n  " + reason;
    if (policy == OnBadImage::fail) throw DataError(message);
    reporter.warn(message + "\nthey are left out");
}

}  // namespace

ListOptions recorded_list_options(const Predictor& predictor) {
    ListOptions options;
    const Json config = recorded_config(predictor);
    const Json data = config.is_object() ? config.value("data", Json()) : Json();
    const Json list = data.is_object() ? data.value("list", Json()) : Json();
    if (list.is_object()) (void)read_options(list, [&](Fields& fields) { describe(fields, options); });
    options.root.reset();  // another list's images lie elsewhere, and must not be mistaken for these
    options.group_column.reset();
    return options;
}

ImageFolder images_for(const Predictor& predictor, const std::filesystem::path& place, const ImageChoice& choice,
                       const ScanOptions& scan) {
    if (!is_list(place)) return scan_image_folder(place, predictor.classes(), choice.mismatch, scan);
    const ListRequest request{
        .kind = targets_of(predictor),
        .classes = predictor.classes(),
        .mismatch = choice.mismatch,
        .missing_files = choice.on_bad_image,
        .part = choice.part,
        .may_lack_split_column = choice.list.split_column == recorded_list_options(predictor).split_column};
    return read_list(place, choice.list, request, scan).images;
}

ClassificationMetrics evaluate_folder(const Predictor& predictor, const ImageFolder& folder,
                                      const EvaluateOptions& options, std::stop_token stop, Reporter& reporter) {
    for (const std::string& name : folder.unknown_classes)
        reporter.warn(folder.root.string() + (folder.is_list ? ": the class " : ": the class folder ") + name +
                      " is left out: it was not trained");
    ClassificationMetrics metrics(predictor.classes(), options.top_k);
    std::optional<PredictionsFile> predictions;
    if (!options.predictions.empty()) predictions.emplace(options.predictions, predictor.classes());
    std::vector<std::filesystem::path> files;
    files.reserve(folder.samples.size());
    for (const Sample& sample : folder.samples) files.push_back(sample.file);
    std::vector<std::string> bad;
    reporter.start("evaluating", files.size(), "images");
    const auto consume = [&](std::size_t i, const Prediction& prediction) {
        reporter.advance(i + 1);
        if (!prediction.error.empty()) return bad.push_back(prediction.error);
        const std::size_t predicted = metrics.add(folder.samples[i].label, prediction.probabilities);
        if (predictions) predictions->add(folder.samples[i], prediction.probabilities, predicted);
    };
    const std::size_t done = predictor.predict_files(files, consume, options.workers, stop);
    reporter.finish();
    if (done < files.size())
        throw Interrupted("interrupted after " + std::to_string(done) + " of " + std::to_string(files.size()) +
                          " images");
    report_bad(bad, folder, options.on_bad_image, reporter);
    if (predictions) predictions->commit();
    return metrics;
}

EvaluationRecord evaluate_test(const std::filesystem::path& model, const Dataset& dataset, const RunOptions& options,
                               const std::filesystem::path& folder, std::stop_token stop, Reporter& reporter) {
    const Predictor predictor(model, {.throughput = throughput_file()});
    const ImageFolder images{
        .root = options.data.test.value_or(options.data.train), .classes = dataset.classes, .samples = dataset.test};
    const EvaluateOptions how{.top_k = options.top_k,
                              .on_bad_image = options.data.on_bad_image,
                              .workers = static_cast<std::size_t>(options.data.workers.value_or(0)),
                              .predictions = folder / kPredictionsName};
    EvaluationRecord record = evaluate_folder(predictor, images, how, stop, reporter).finish(images.root.string());
    write_evaluation(folder, record);
    return record;
}

std::vector<std::string> evaluation_file_names() {
    std::vector<std::string> names;
    for (const EvaluationFile& file : kFiles) names.emplace_back(file.name);
    return names;
}

void write_evaluation(const std::filesystem::path& folder, const EvaluationRecord& record) {
    for (const EvaluationFile& file : kFiles) write_file(folder / file.name, file.text(record));
}

EvaluationRecord evaluate(const Predictor& predictor, const std::filesystem::path& folder,
                          const EvaluationOptions& options) {
    SilentReporter silent;
    Reporter& reporter = options.reporter == nullptr ? silent : *options.reporter;
    const ImageChoice choice{.mismatch = options.class_mismatch,
                             .on_bad_image = options.on_bad_image,
                             .list = recorded_list_options(predictor)};
    const ImageFolder images = images_for(predictor, folder, choice, {});
    const EvaluateOptions how{
        .top_k = options.top_k,
        .on_bad_image = options.on_bad_image,
        .workers = options.workers,
        .predictions = options.output.empty() ? std::filesystem::path() : options.output / "predictions.csv"};
    const EvaluationRecord record =
        evaluate_folder(predictor, images, how, options.stop, reporter).finish(folder.string());
    if (!options.output.empty()) write_evaluation(options.output, record);
    return record;
}

}  // namespace graft
