#include "run/dataset.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "core/files.hpp"
#include "core/hash.hpp"
#include "core/ordered_map.hpp"
#include "core/text.hpp"
#include "data/image_check.hpp"
#include "data/list/read_list.hpp"
#include "data/split.hpp"
#include "graft/core/errors.hpp"
#include "run/data_findings.hpp"
#include "run/whole_groups.hpp"

namespace graft {
namespace {

void take_remarks(const ImageFolder& folder, Remarks& remarks) {
    remarks += folder.remarks;
    remarks += {.notes = {}, .warnings = untrained_classes(folder)};
}

/// A list of one part alone need not say so, and weights are for training.
ListOptions for_one_part(ListOptions options) {
    options.split_column.reset();
    options.weight_column.reset();
    return options;
}

/// What a list says of a sample and a name does not.
std::string target_text(const Sample& sample) {
    std::string text = format_text(" {}", sample.label);
    for (const float value : sample.values) text += format_text(" {}", value);
    if (sample.weight != 1) text += format_text(" counts {}", sample.weight);
    return text;
}

ListRequest list_request(const DataOptions& options, TargetKind kind, const std::vector<std::string>& classes) {
    return {
        .kind = kind, .classes = classes, .mismatch = options.class_mismatch, .missing_files = options.on_bad_image};
}

/// A folder or a list with the classes of the training images.
std::vector<Sample> other_part(const std::string& place, const DataOptions& options, Dataset& dataset) {
    ImageFolder found = is_list(place)
                            ? read_list(place, for_one_part(options.list),
                                        list_request(options, dataset.targets, dataset.classes), scan_options(options))
                                  .images
                            : scan_image_folder(place, dataset.classes, options.class_mismatch, scan_options(options));
    take_remarks(found, dataset.remarks);
    return std::move(found.samples);
}

/// The training images and what belongs to other parts in the same list.
ListedImages training_images(const DataOptions& options, TargetKind kind) {
    if (kind == TargetKind::numbers && !options.classes.empty())
        throw ConfigError(
            "/data/classes: is not for regression, which learns the numbers in /data/list/target_columns");
    if (is_list(options.train)) {
        ListRequest request = list_request(options, kind, options.classes);
        request.trains = true;
        ListedImages listed = read_list(options.train, options.list, request, scan_options(options));
        if (kind == TargetKind::one_class && listed.images.classes.size() < 2)
            throw DataError(format_text("{}: expected at least two classes, found one: {}", options.train,
                                        joined(listed.images.classes)));
        return listed;
    }
    if (kind != TargetKind::one_class)
        throw ConfigError(
            format_text("/data/train: {} is a folder, whose images have one class each; a list can say {} "
                        "of an image: a .csv, .tsv or .jsonl file",
                        options.train, kind));
    ListedImages found;
    found.images = options.classes.empty() ? scan_image_folder(options.train, scan_options(options))
                                           : scan_image_folder(options.train, options.classes, options.class_mismatch,
                                                               scan_options(options));
    return found;
}

/// For each class the first lines that have it, and how many there are.
struct ClassLines {
    std::vector<std::uint32_t> first;
    std::size_t count = 0;
};
using LinesOfClasses = std::vector<ClassLines>;

LinesOfClasses lines_of_classes(const ListedImages& found) {
    constexpr std::size_t kLinesNamed = 3;
    LinesOfClasses lines(found.images.classes.size());
    const auto add = [&](std::size_t k, std::size_t image) {
        if (++lines[k].count <= kLinesNamed) lines[k].first.push_back(found.lines[image]);
    };
    for (std::size_t i = 0; i < found.images.samples.size(); ++i) {
        const Sample& sample = found.images.samples[i];
        if (found.images.targets == TargetKind::one_class) add(static_cast<std::size_t>(sample.label), i);
        for (std::size_t k = 0; k < sample.values.size(); ++k)
            if (sample.values[k] > 0.5F) add(k, i);
    }
    return lines;
}

/// ": lines 4, 7, 9 and 2 more"
std::string lines_text(const ClassLines& lines) {
    if (lines.count == 0) return ": no line";
    std::vector<std::string> numbers;
    for (const std::uint32_t line : lines.first) numbers.push_back(format_text("{}", line));
    std::string text = format_text(": line{} {}", lines.count > 1 ? "s" : "", joined(numbers));
    if (lines.count > lines.first.size()) text += format_text(" and {} more", lines.count - lines.first.size());
    return text;
}

/// A class that only validates or tests cannot be learnt.
void expect_training_rows(const ImageFolder& train, const LinesOfClasses& elsewhere, const DataOptions& options) {
    if (train.samples.empty()) throw DataError(format_text("{}: no row is for training", train.root));
    if (!options.classes.empty() || train.targets == TargetKind::numbers) return;
    std::string empty;
    for (const std::int64_t k : absent_classes(train.samples, train.classes.size())) {
        const auto i = static_cast<std::size_t>(k);
        empty += format_text("\n  {}{}", train.classes[i], lines_text(elsewhere[i]));
    }
    if (empty.empty()) return;
    throw DataError(
        format_text("{}: of these classes no row is for training:{}\nGive them rows that train, or name all classes in "
                    "/data/classes, which lets one be without images",
                    train.root, empty));
}

/// Either the list or a key of the config says what validates and what tests.
void expect_one_source(const Dataset& dataset, const DataOptions& options) {
    const SplitOptions& split = options.split;
    if (!dataset.validation.empty() && (options.validation || split.validation_split > 0 || split.split_file))
        throw ConfigError(
            format_text("/data/list/split_column: {} has rows that validate: leave out /data/validation, "
                        "/data/validation_split and /data/split_file",
                        options.train));
    if (!dataset.test.empty() && options.test)
        throw ConfigError(
            format_text("/data/list/split_column: {} has rows that test: leave out /data/test", options.train));
}

/// The same file in two parts makes a model look better than it is.
void remark_on_shared_files(Dataset& dataset) {
    std::unordered_set<std::string_view> trained;
    for (const Sample& sample : dataset.train) trained.insert(sample.file);
    for (const auto& [part, samples] :
         {std::pair(PartKind::validation, &dataset.validation), {PartKind::test, &dataset.test}}) {
        PassedOver shared;
        for (const Sample& sample : *samples)
            if (trained.contains(sample.file)) shared.add(sample.name);
        if (shared.count > 0)
            dataset.remarks.warnings.push_back(
                format_text("{} of the {} part, such as {}: what is measured of them says nothing of new images",
                            count_of(shared.count, "training image is also one", "training images are also"), part,
                            shared.example));
    }
}

/// What no training image shows is never found (never_find).
void remark_on_untrained_labels(Dataset& dataset, const std::string& list) {
    if (dataset.targets != TargetKind::labels) return;
    const std::vector<std::string> untrained = absent_classes(dataset.train, dataset.classes);
    if (untrained.empty()) return;
    const bool several = untrained.size() > 1;
    dataset.remarks.warnings.push_back(format_text("{}: no image of the class{} {} trains: {} never found", list,
                                                   several ? "es" : "", joined(untrained),
                                                   several ? "they are" : "it is"));
}

/// The parts of what was found.
Dataset divided(ListedImages found, const DataOptions& options, TargetKind kind) {
    Dataset dataset{.classes = found.images.classes, .targets = kind, .is_list = found.images.is_list};
    take_remarks(found.images, dataset.remarks);
    if (!found.parts.empty()) {
        const LinesOfClasses lines = lines_of_classes(found);
        dataset.validation = take_part(found, PartKind::validation);
        dataset.test = take_part(found, PartKind::test);
        found.images.samples = take_part(found, PartKind::train);
        expect_one_source(dataset, options);
        if (options.split.folds)  // all that is not for the test is dealt out
            found.images.samples.insert(found.images.samples.end(), std::make_move_iterator(dataset.validation.begin()),
                                        std::make_move_iterator(dataset.validation.end()));
        if (options.split.folds) dataset.validation.clear();
        expect_training_rows(found.images, lines, options);
    }
    Split split = split_samples(std::move(found.images), options.split);
    dataset.train = std::move(split.train);
    if (dataset.validation.empty()) dataset.validation = std::move(split.validation);
    if (options.validation) dataset.validation = other_part(*options.validation, options, dataset);
    if (options.test) dataset.test = other_part(*options.test, options, dataset);
    const std::array parts = {PartSamples{PartKind::train, dataset.train},
                              PartSamples{PartKind::validation, dataset.validation},
                              PartSamples{PartKind::test, dataset.test}};
    expect_whole_groups(parts, options.train, "/data/list/group_column");
    remark_on_untrained_labels(dataset, options.train);
    remark_on_shared_files(dataset);
    return dataset;
}

TargetKind targets_of(const RunOptions& options, const Tables& tables) {
    return tables.tasks.find(options.task.name())->targets;
}

}  // namespace

Dataset read_dataset(const DataOptions& options, TargetKind kind) {
    return divided(training_images(options, kind), options, kind);
}

Dataset read_dataset(const RunOptions& options, const Tables& tables) {
    return read_dataset(options.data, targets_of(options, tables));
}

std::vector<Dataset> read_datasets(std::span<const RunOptions> runs, const Tables& tables) {
    const TargetKind kind = targets_of(runs.front(), tables);
    const ListedImages found = training_images(runs.front().data, kind);
    std::vector<Dataset> datasets;
    for (const RunOptions& run : runs) datasets.push_back(divided(found, run.data, kind));
    return datasets;
}

void check_images(Dataset& dataset, const DataOptions& options, const CheckFiles& files, const std::stop_token& stop,
                  Reporter& reporter) {
    const std::size_t images = dataset.train.size() + dataset.validation.size() + dataset.test.size();
    const bool looks = !files.findings.empty() && images <= kMostComparedImages;
    const std::unique_ptr<FactsMemo> memo = looks ? open_facts_memo() : nullptr;
    const std::array parts = {ImagePart{"train", dataset.train, dataset.targets != TargetKind::numbers},
                              ImagePart{"validation", dataset.validation}, ImagePart{"test", dataset.test}};
    const ImageCheckOptions how{.workers = workers_of(options),
                                .on_bad_image = options.on_bad_image,
                                .limits = {.max_pixels = options.max_pixels},
                                .observer = memo ? measuring(*memo) : PictureObserver()};
    const std::vector<SkippedImage> skipped = check_parts(parts, dataset.classes, how, stop, reporter);
    if (!skipped.empty()) {
        write_file(files.skipped, skipped_as_json(skipped));
        reporter.warn(format_text("{} left out, because they cannot be used; they are listed in {}",
                                  count_of(skipped.size(), "image"), files.skipped));
    }
    if (memo) write_findings(dataset, *memo, files.findings, how.workers, stop, reporter);
}

std::size_t workers_of(const DataOptions& options) {
    return workers_or_cores(static_cast<std::size_t>(options.workers.value_or(0)));
}

DataRecord record_of(const Dataset& dataset, const Task& task) {
    const std::size_t count = dataset.classes.size();
    const std::vector<std::int64_t> train = task.counts(dataset.train), validation = task.counts(dataset.validation),
                                    test = task.counts(dataset.test);
    DataRecord record{.train = std::ssize(dataset.train),
                      .validation = std::ssize(dataset.validation),
                      .test = std::ssize(dataset.test)};
    if (task.kind() == TaskKind::regression) record.heading = "number";
    for (std::size_t i = 0; i < count; ++i)
        record.classes.push_back({dataset.classes[i], train[i], validation[i], test[i]});
    return record;
}

std::string hash_of_names(const Dataset& dataset) {
    Sha256 hash;
    for (const std::vector<Sample>* part : {&dataset.train, &dataset.validation})
        for (const Sample& sample : *part)
            hash.add(sample.name).add(dataset.is_list ? target_text(sample) : "").add("\n");
    return hash.hex();
}

}  // namespace graft
