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
#include "weights/format/zip_archive.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

bool is_readable(const fs::path& file) {
    std::error_code ignored;
    return fs::is_regular_file(file, ignored);
}

/// Calls `read` on the document in a file. Whatever is wrong with it is a DataError that names the file.
template <class Read>
auto read_document(const fs::path& file, Read read) {
    try {
        return read(parse_json_file(file));
    } catch (const Json::exception&) {
        throw DataError(format_text("{}: is not what graft writes under this name", file));
    } catch (const ConfigError& error) {
        throw DataError(error.what());
    }
}

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

std::vector<LeftOutImage> left_out_in(const fs::path& file) {
    if (!is_readable(file)) return {};
    return read_document(file, [](const Json& rows) {
        std::vector<LeftOutImage> images;
        for (const Json& row : rows)
            images.push_back({row.at("part").get<std::string>(), row.at("name").get<std::string>(),
                              row.at("reason").get<std::string>()});
        return images;
    });
}

/// How pictures become the network's input: what the model file says, or while there is none, what the config does.
std::optional<Preprocessing> preprocessing_in(const ReportSource& source) {
    Preprocessing preprocessing;
    const auto describe_it = [&](Fields& fields) { describe(fields, preprocessing); };
    try {
        const StoredZip archive(source.model);
        for (const std::string& name : archive.names())
            if (name.ends_with("/extra/graft.json")) {
                (void)read_options(Json::parse(archive.unpack(name)).at("preprocessing"), describe_it);
                return preprocessing;
            }
    } catch (const std::exception&) {  // a report without pictures of views is better than none
    }
    if (!source.run) return std::nullopt;
    DataOptions data;
    (void)read_options(source.run->config.at("data"), [&](Fields& fields) { describe(fields, data); });
    return choose_preprocessing(data, Preprocessing());
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

ReportSource read_report_source(const fs::path& folder) {
    ReportSource source{.folder = folder};
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
    source.name = source.run ? config_text(*source.run, "/name") : source.test->source;
    source.left_out = left_out_in(folder / "skipped.json");
    source.model = source.run ? folder / "model.pt" : fs::path(source.test->model);
    if (source.finished && is_readable(source.model)) source.model_hash = sha256_of_file(source.model);
    source.preprocessing = preprocessing_in(source);
    return source;
}

fs::path image_file(const ReportSource& source, const std::string& name) {
    return file_below(base_of(source.test->source, source.run ? &*source.run : nullptr), name);
}

std::vector<NamedFile> training_images(const ReportSource& source, std::size_t most) {
    if (!source.run || !is_readable(source.folder / "split.json")) return {};
    const auto names = read_document(source.folder / "split.json", [](const Json& split) {
        return split.at("train").get<std::vector<std::string>>();
    });
    std::map<std::string, std::vector<std::string>> by_folder;
    for (const std::string& name : names) by_folder[name.substr(0, name.find('/'))].push_back(name);
    const fs::path base = base_of(config_text(*source.run, "/data/train"), &*source.run);
    std::vector<NamedFile> chosen;
    for (std::size_t round = 0; chosen.size() < std::min(most, names.size()); ++round)
        for (const auto& [folder, members] : by_folder)
            if (round < members.size() && chosen.size() < most)
                chosen.push_back({members[round], file_below(base, members[round])});
    return chosen;
}

}  // namespace graft
