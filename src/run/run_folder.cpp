#include "run/run_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <regex>
#include <string_view>

#include "core/descriptor.hpp"
#include "core/files.hpp"
#include "core/folders.hpp"
#include "core/names.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "run/evaluate_folder.hpp"
#include "train/checkpoint.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLock = "graft.lock";
constexpr std::string_view kHolder = "process ";  ///< what a lock begins with
// What a run writes and a new one replaces. The split is written before the config, which may be somebody else's.
constexpr std::array<std::string_view, 8> kFiles = {"config.json", "split.json", "skipped.json", "history.csv",
                                                    "record.json", "model.pt",   "report.html",  "log.txt"};

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

/// Whether a lock says what those of graft say: other programs may have one of this name.
bool is_graft_lock(const fs::path& file) {
    std::error_code ignored;
    try {
        return !fs::is_symlink(file, ignored) && read_beginning(file, kHolder.size()) == kHolder;
    } catch (const DataError&) {
        return false;
    }
}

/// A run of graft has written here: it left its lock or, before there were locks, its record or its split.
bool is_run_folder(const fs::path& root) {
    return is_graft_lock(root / kLock) || is_graft_record(root / "record.json") || is_split(root / "split.json");
}

/// Every file of a run that is there.
std::vector<fs::path> results_in(const fs::path& root) {
    std::vector<fs::path> found;
    const auto add = [&](const fs::path& file) {
        if (is_there(file)) found.push_back(file);
    };
    for (const std::string_view name : kFiles) add(root / name);
    for (const auto& names : {evaluation_file_names(), prediction_file_names()})
        for (const std::string& name : names) add(root / "test" / name);
    add(root / "checkpoint" / "last.pt");
    return found;
}

bool holds_a_result(const fs::path& root) {
    return is_there(root / "checkpoint" / "last.pt") || is_there(root / "model.pt") || is_there(root / "record.json");
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
    if (is_there(root / kLock) && fs::file_size(root / kLock, ignored) != 0) found.push_back(root / kLock);
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
    resumes_ = existing == ExistingRun::resume && is_there(checkpoint());
    if (existing == ExistingRun::resume && !resumes_ && holds_a_result(root_))
        throw DataError(checkpoint().string() + ": there is no checkpoint to resume from");
    if (resumes_) expect_checkpoint_of(checkpoint(), identity);
    std::error_code error;
    fs::create_directories(root_, error);
    if (error) throw Error(format_text("{}: the folder cannot be made: {}", root_, error.message()));
    lock(reporter);
    for (const fs::path& folder : {root_, root_ / "checkpoint", root_ / "checkpoints", test()})
        sweep_temporaries(folder);
    if (existing == ExistingRun::resume && !resumes_)
        reporter.note("there is no checkpoint to resume from: the run begins");
    if (!resumes_) remove_results();
}

RunFolder::~RunFolder() {
    if (lock_ >= 0) ::close(lock_);
}

/// Holds the folder's lock, which says who has it. The file stays, as the proof that graft wrote here.
void RunFolder::lock(Reporter& reporter) {
    const fs::path file = root_ / kLock;
    lock_ = open_or_make(file);
    const bool locked = ::flock(lock_, LOCK_EX | LOCK_NB) == 0;
    if (!locked && means_no_locks(errno))
        reporter.warn(format_text("{}: this file system has no locks ({}): see to it that no other run uses the folder",
                                  root_, std::strerror(errno)));
    else if (!locked) {
        const std::string holder = read_file(file);
        ::close(std::exchange(lock_, -1));
        throw ConfigError(format_text("/output: {} is in use by another run ({}): wait for it, or name another folder",
                                      root_, printable(holder.substr(0, holder.find('\n')))));
    }
    std::array<char, 256> host{};
    (void)::gethostname(host.data(), host.size() - 1);
    const std::string holder = format_text("{}{} on {}\n", kHolder, ::getpid(), host.data());
    if (::ftruncate(lock_, 0) != 0) throw_system_error(file, "cannot be written");
    write_at(lock_, 0, std::as_bytes(std::span(holder)), file);
}

/// An earlier run's results must not be taken for this one's.
void RunFolder::remove_results() const {
    for (const fs::path& file : results_in(root_))
        if (file.filename() != "log.txt") fs::remove(file);
    std::error_code not_empty;
    fs::remove(test(), not_empty);
}

std::vector<std::string> run_file_names() {
    std::vector<std::string> names = {kLock, "checkpoint/last.pt"};
    for (const std::string_view name : kFiles) names.emplace_back(name);
    for (const auto& tested : {evaluation_file_names(), prediction_file_names()})
        for (const std::string& name : tested) names.push_back(format_text("test/{}", name));
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
