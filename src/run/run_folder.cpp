#include "run/run_folder.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <regex>
#include <string_view>

#include "core/files.hpp"
#include "core/folders.hpp"
#include "core/names.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "record/history_text.hpp"
#include "run/evaluate_folder.hpp"
#include "train/checkpoint.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

// What a run writes and a new one replaces. The split is written before the config, which may be somebody else's.
constexpr std::array<std::string_view, 10> kFiles = {"config.json", "split.json",      "skipped.json", "findings.json",
                                                     "history.csv", "record.json",     "model.pt",     "report.html",
                                                     "log.txt",     "batch_sizes.json"};

bool is_there(const fs::path& file) {
    std::error_code ignored;
    return fs::exists(fs::symlink_status(file, ignored));
}

bool is_graft_record(const fs::path& file) {
    try {
        return parse_json_file(file).contains("graft_version");
    } catch (const ConfigError&) {
        return false;
    }
}

bool is_split(const fs::path& file) {
    try {
        const Json json = parse_json_file(file);
        return json.contains("classes") && json.contains("train") && json.contains("validation");
    } catch (const ConfigError&) {
        return false;
    }
}

/// A run of graft has written here: it left its lock or, before there were locks, its record or its split.
bool is_run_folder(const fs::path& root) {
    return is_graft_lock(root / kLockName) || is_graft_record(root / "record.json") || is_split(root / "split.json");
}

/// The files of a run, but for its lock.
std::vector<std::string> result_names() {
    std::vector<std::string> names(kFiles.begin(), kFiles.end());
    for (const auto& tested : {evaluation_file_names(), prediction_file_names()})
        for (const std::string& name : tested) names.push_back(format_text("test/{}", name));
    names.insert(names.end(), {"checkpoint/previous.pt", "checkpoint/last.pt"});
    return names;
}

/// Every one of them that is there.
std::vector<fs::path> results_in(const fs::path& root) {
    std::vector<fs::path> found;
    for (const std::string& name : result_names())
        if (is_there(root / name)) found.push_back(root / name);
    return found;
}

bool holds_a_result(const fs::path& root) {
    return std::ranges::any_of(std::array{"checkpoint/last.pt", "checkpoint/previous.pt", "model.pt", "record.json"},
                               [&](const char* name) { return is_there(root / name); });
}

/// The files that a name with placeholders may stand for.
std::vector<fs::path> files_called(const fs::path& file) {
    static const std::regex placeholder("\\{[^}]*\\}");
    const std::string pattern = std::regex_replace(file.filename().string(), placeholder, "*");
    std::error_code ignored;
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(file.parent_path(), ignored))
        if (matches(pattern, entry.path().filename().string())) found.push_back(entry.path());
    return found;
}

void expect_no_foreign_files(const fs::path& root, const std::vector<std::string>& callback_files) {
    if (is_run_folder(root)) return;
    std::vector<fs::path> found = results_in(root);
    std::error_code ignored;  // a lock without a holder is one of a run that begins at this moment, or was killed then
    if (is_there(root / kLockName) && fs::file_size(root / kLockName, ignored) != 0) found.push_back(root / kLockName);
    for (const std::string& name : callback_files)
        std::ranges::copy(files_called(root / name), std::back_inserter(found));
    if (found.empty()) return;
    throw ConfigError(format_text("/output: {} holds {}, which no run of graft has written: name another folder", root,
                                  found.front().lexically_relative(root)));
}

}  // namespace

RunFolder::RunFolder(fs::path root, ExistingRun existing, const Json& identity,
                     const std::vector<std::string>& callback_files, Reporter& reporter)
    : root_(std::move(root)) {
    if (is_there(root_) && !fs::is_directory(root_))
        throw ConfigError(format_text("/output: {} is a file: name a folder", root_));
    expect_no_foreign_files(root_, callback_files);
    if (existing == ExistingRun::refuse && holds_a_result(root_))
        throw ConfigError(
            format_text("/output: {} already holds a run; go on with it (--resume), replace it "
                        "(--overwrite), or name another folder",
                        root_));
    const bool has_state = is_there(checkpoint()) || is_there(previous());
    if (existing == ExistingRun::resume && !has_state && holds_a_result(root_))
        throw DataError(checkpoint().string() + ": there is no checkpoint to resume from");
    std::error_code error;
    fs::create_directories(root_, error);
    if (error) throw Error(format_text("{}: the folder cannot be made: {}", root_, error.message()));
    lock_.emplace(root_, reporter);
    for (const fs::path& folder : {root_, root_ / "checkpoint", root_ / "checkpoints", test()})
        sweep_temporaries(folder);
    resumes_ = existing == ExistingRun::resume && has_state;
    if (resumes_) {
        recover_checkpoint(reporter);
        expect_checkpoint_of(checkpoint(), identity);
    } else {
        if (existing == ExistingRun::resume) reporter.note("there is no checkpoint to resume from: the run begins");
        remove_results();
    }
}

/// The one before takes the place of a last checkpoint that is damaged, or lost between its two renames.
void RunFolder::recover_checkpoint(Reporter& reporter) const {
    if (!is_there(previous())) return;
    const bool is_lost = !is_there(checkpoint());
    if (!is_lost && (is_whole_checkpoint(checkpoint()) || !is_whole_checkpoint(previous()))) return;
    reporter.warn(format_text("{} is {}: the run goes on from the checkpoint before it", checkpoint(),
                              is_lost ? "absent" : "damaged"));
    fs::rename(previous(), checkpoint());
}

void RunFolder::write_history(const std::vector<EpochRecord>& history) const {
    lock_->expect_folder();
    write_file(root_ / "history.csv", history_csv(history));
}

void RunFolder::finish(const std::string& record, TrainingEnd end) const {
    lock_->expect_folder();
    write_file(root_ / "record.json", record);
    std::error_code ignored;
    if (end != TrainingEnd::interrupted) fs::remove(previous(), ignored);
}

/// An earlier run's results must not be taken for this one's.
void RunFolder::remove_results() const {
    for (const fs::path& file : results_in(root_))
        if (file.filename() != "log.txt") fs::remove(file);
    std::error_code not_empty;
    fs::remove(test(), not_empty);
}

std::vector<std::string> run_file_names() {
    std::vector<std::string> names = result_names();
    names.emplace_back(kLockName);
    return names;
}

void expect_apart(const fs::path& output, const DataOptions& data) {
    std::vector<std::string> problems;
    const auto check = [&](const char* key, const std::optional<std::string>& folder) {
        if (!folder) return;
        if (lies_in(output, *folder) || lies_in(*folder, output))
            problems.push_back(
                format_text("/output: {} and the data folder /data/{} ({}) lie in each other: name a run "
                            "folder apart from the data",
                            output, key, *folder));
    };
    check("train", data.train);
    check("validation", data.validation);
    check("test", data.test);
    if (!problems.empty()) throw ConfigError(problems);
}

}  // namespace graft
