#include "run/run_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <string_view>

#include "core/descriptor.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "run/evaluate_folder.hpp"
#include "train/checkpoint.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLock = "graft.lock";
// What a run writes and a new one replaces. The split is written before the config, which may be somebody else's.
constexpr std::array<std::string_view, 7> kFiles = {"config.json", "split.json", "skipped.json", "history.csv",
                                                    "record.json", "model.pt",   "log.txt"};

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
    return is_there(root / kLock) || is_graft_record(root / "record.json") || is_split(root / "split.json");
}

/// Every file of a run that is there.
std::vector<fs::path> results_in(const fs::path& root) {
    std::vector<fs::path> found;
    const auto add = [&](const fs::path& file) {
        if (is_there(file)) found.push_back(file);
    };
    for (const std::string_view name : kFiles) add(root / name);
    for (const std::string& name : evaluation_file_names()) add(root / "test" / name);
    add(root / "test" / kPredictionsName);
    add(root / "checkpoint" / "last.pt");
    return found;
}

bool holds_a_result(const fs::path& root) {
    return is_there(root / "checkpoint" / "last.pt") || is_there(root / "model.pt") || is_there(root / "record.json");
}

void expect_no_foreign_files(const fs::path& root) {
    const std::vector<fs::path> found = results_in(root);
    if (found.empty() || is_run_folder(root)) return;
    throw ConfigError(format_text("/output: {} holds {}, which no run of graft has written: name another folder", root,
                                  found.front().lexically_relative(root)));
}

/// Whether `inner` is `outer` or lies in it. Both are canonical.
bool lies_in(const fs::path& inner, const fs::path& outer) {
    const fs::path relative = inner.lexically_relative(outer);
    return !relative.empty() && *relative.begin() != "..";
}

}  // namespace

RunFolder::RunFolder(fs::path root, ExistingRun existing, const Json& identity, Reporter& reporter)
    : root_(std::move(root)) {
    if (is_there(root_) && !fs::is_directory(root_))
        throw ConfigError(format_text("/output: {} is a file: name a folder", root_));
    expect_no_foreign_files(root_);
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
    lock();
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
void RunFolder::lock() {
    const fs::path file = root_ / kLock;
    lock_ = open_or_make(file);
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
        const std::string holder = read_file(file);
        ::close(std::exchange(lock_, -1));
        throw ConfigError(format_text("/output: {} is in use by another run ({}): wait for it, or name another folder",
                                      root_, printable(holder.substr(0, holder.find('\n')))));
    }
    std::array<char, 256> host{};
    (void)::gethostname(host.data(), host.size() - 1);
    const std::string holder = format_text("process {} on {}\n", ::getpid(), host.data());
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

void expect_apart(const fs::path& output, const DataOptions& data) {
    std::error_code error;
    const fs::path run = fs::weakly_canonical(output, error);
    std::vector<std::string> problems;
    const auto check = [&](const char* key, const std::optional<std::string>& folder) {
        if (!folder) return;
        const fs::path images = fs::weakly_canonical(*folder, error);
        if (lies_in(run, images) || lies_in(images, run))
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
