#include "report/source.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "config/json.hpp"
#include "config/read.hpp"
#include "core/files.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"
#include "data/data_options.hpp"
#include "data/list/table.hpp"
#include "graft/core/errors.hpp"
#include "record/evaluation_json.hpp"
#include "record/read_record.hpp"
#include "record/task_kind.hpp"
#include "report/csv_rows.hpp"
#include "report/documents.hpp"
#include "weights/format/zip_archive.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

/// history.csv of a run that is not over.
std::vector<EpochRecord> history_in(const fs::path& file) {
    std::vector<EpochRecord> history;
    std::vector<std::string> header;
    for_each_csv_row(file, [&](std::span<const std::string> row) {
        if (header.empty()) return header.assign(row.begin(), row.end());
        EpochRecord epoch;
        for (std::size_t i = 0; i < std::min(row.size(), header.size()); ++i) {
            const double value = std::strtod(row[i].c_str(), nullptr);
            if (header[i] == "epoch")
                epoch.epoch = std::llround(value);
            else if (header[i] == "learning_rate")
                epoch.learning_rate = value;
            else if (header[i] == "seconds")
                epoch.seconds = value;
            else
                epoch.metrics.emplace_back(header[i], value);
        }
        history.push_back(std::move(epoch));
    });
    return history;
}

RunRecord unfinished_run(const fs::path& folder) {
    RunRecord run = read_document(folder / "config.json", [](Json config) {
        return RunRecord{.config = config, .task = config.at("task").at("name").get<std::string>()};
    });
    if (is_readable(folder / "history.csv")) run.history = history_in(folder / "history.csv");
    run.kept = run.history.empty() ? 0 : run.history.size() - 1;
    return run;
}

std::vector<SkippedImage> left_out_in(const fs::path& file) {
    if (!is_readable(file)) return {};
    return read_document(file, [](const Json& rows) {
        std::vector<SkippedImage> images;
        for (const Json& row : rows)
            images.push_back({row.at("part").get<std::string>(), row.at("name").get<std::string>(),
                              row.at("reason").get<std::string>()});
        return images;
    });
}

/// How pictures become the network's input, as the model file says it; nothing where that cannot be read.
std::optional<Preprocessing> preprocessing_of_model(const fs::path& model) {
    try {
        const StoredZip archive(model);
        for (const std::string& name : archive.names())
            if (name.ends_with("/extra/graft.json")) {
                Preprocessing preprocessing;
                (void)read_options(Json::parse(archive.unpack(name)).at("preprocessing"),
                                   [&](Fields& fields) { describe(fields, preprocessing); });
                return preprocessing;
            }
    } catch (const std::exception&) {  // a report without pictures of views is better than none
    }
    return std::nullopt;
}

/// While there is no model: what the config says.
Preprocessing preprocessing_of_config(const Json& config) {
    DataOptions data;
    (void)read_options(config.at("data"), [&](Fields& fields) { describe(fields, data); });
    return choose_preprocessing(data, Preprocessing());
}

/// Nothing where this graft does not know what the run varied: wrong pictures would be worse than none.
std::optional<AugmentationOptions> augmentation_of_config(const Json& config) {
    AugmentationOptions options;
    const auto describe_it = [&](Fields& fields) { describe(fields, options); };
    if (!read_options(config.value("augmentation", Json::object()), describe_it).empty()) return std::nullopt;
    return options;
}

/// What a record of an earlier graft does not say, and its counts do.
void add_baseline(EvaluationRecord& record) {
    auto* of = std::get_if<ClassificationRecord>(&record.result);
    if (of == nullptr || !of->baseline.name.empty() || of->classes.empty() || record.images == 0) return;
    const ClassRecord& commonest = *std::ranges::max_element(of->classes, {}, &ClassRecord::support);
    of->baseline = {commonest.name, static_cast<double>(commonest.support) / static_cast<double>(record.images)};
}

void read_test(ReportSource& source, const fs::path& folder) {
    if (!source.test && is_readable(folder / "evaluation.json"))
        source.test = read_document(folder / "evaluation.json", evaluation_from_json);
    if (source.test) add_baseline(*source.test);
    if (source.test && is_readable(folder / "predictions.csv"))
        source.predictions = read_predictions(folder / "predictions.csv", *source.test);
}

/// What stands beside the results: names, the model, the settings, what is odd about the images.
void read_details(ReportSource& source) {
    const fs::path& folder = source.folder;
    source.left_out = left_out_in(folder / "skipped.json");
    if (is_readable(folder / "findings.json")) source.findings = read_run_findings(folder / "findings.json");
    source.model = source.run ? folder / "model.pt" : fs::path(source.test->model);
    if (source.model_hash.empty() && source.finished && is_readable(source.model))
        source.model_hash = sha256_of_file(source.model);
    source.preprocessing = preprocessing_of_model(source.model);
    if (!source.run) {
        source.name = source.test->source;
        return;
    }
    source.name = config_text(*source.run, "/name");
    const Json& config = source.run->config;
    read_as_part_of(folder / (source.finished ? "record.json" : "config.json"), [&] {
        if (!source.preprocessing) source.preprocessing = preprocessing_of_config(config);
        source.augmentation = augmentation_of_config(config);
        source.seed = config.value("seed", source.seed);
    });
}

/// Where the images of a folder or a list lie that a config or an evaluation names.
fs::path base_of(const fs::path& place, const RunRecord* run) {
    if (!is_list(place)) return place;
    const std::string root = run == nullptr ? "" : config_text(*run, "/data/list/root");
    return root.empty() ? place.parent_path() : fs::path(root);
}

fs::path file_below(const fs::path& base, const std::string& name) {
    const fs::path written = unescaped(name);
    return written.is_absolute() ? written : base / written;
}

}  // namespace

std::string ReportSource::task() const {
    if (test) return std::string(test->task());
    return run ? run->task : std::string(text_of(TaskKind::classification));
}

const ClassificationRecord* ReportSource::classification() const {
    return test ? std::get_if<ClassificationRecord>(&test->result) : nullptr;
}

std::string config_text(const RunRecord& run, const std::string& pointer) {
    const Json::json_pointer place(pointer);
    if (!run.config.contains(place)) return "";
    const Json& value = run.config.at(place);
    if (value.is_null()) return "";
    if (value.is_string()) return value.get<std::string>();
    return value.is_number_float() ? number_as_text(value.get<double>()) : value.dump();
}

ReportSource read_report_source(const fs::path& folder, const std::string& model_hash) {
    ReportSource source{.folder = folder, .model_hash = model_hash};
    const bool is_run = is_readable(folder / "record.json");
    if (is_run)
        source.run = read_document(folder / "record.json", run_record_from_json);
    else if (is_readable(folder / "config.json") && !is_readable(folder / "evaluation.json"))
        source.run = unfinished_run(folder);
    else if (!is_readable(folder / "evaluation.json"))
        throw DataError(
            format_text("{}: is no run folder: it has neither record.json nor config.json nor "
                        "evaluation.json",
                        folder));
    source.finished = is_run || !source.run;
    if (source.run) source.test = source.run->test;
    if (source.finished) read_test(source, source.run ? folder / "test" : folder);
    read_details(source);
    return source;
}

fs::path image_file(const ReportSource& source, const std::string& name) {
    return file_below(base_of(source.test->source, source.run ? &*source.run : nullptr), name);
}

fs::path file_in_part(const RunRecord& run, const std::string& part, const std::string& name) {
    const std::string place = config_text(run, "/data/" + part);  // "": in the training images' folder or list
    return file_below(base_of(place.empty() ? config_text(run, "/data/train") : place, &run), name);
}

std::vector<NamedFile> training_images(const ReportSource& source, std::size_t most) {
    if (!source.run || !is_readable(source.folder / "split.json")) return {};
    const auto names = read_document(source.folder / "split.json", [](const Json& split) {
        return split.at("train").get<std::vector<std::string>>();
    });
    std::map<std::string, std::vector<std::string>> by_folder;
    for (const std::string& name : names) by_folder[name.substr(0, name.find('/'))].push_back(name);
    std::vector<NamedFile> chosen;
    for (std::size_t round = 0; chosen.size() < std::min(most, names.size()); ++round)
        for (const auto& [folder, members] : by_folder)
            if (round < members.size() && chosen.size() < most)
                chosen.push_back({members[round], file_in_part(*source.run, "train", members[round])});
    return chosen;
}

}  // namespace graft
