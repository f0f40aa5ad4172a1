/// @file
/// The folder that a run writes into: its files, and the proof that it may.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/json.hpp"
#include "data/data_options.hpp"
#include "graft/core/reporter.hpp"
#include "graft/run/train.hpp"
#include "run/folder_lock.hpp"
#include "train/checkpoint.hpp"

namespace graft {

/// A run's folder while it is this process's own. Nothing in it that graft did not write is ever replaced or removed.
class RunFolder {
public:
    /// Makes the folder this run's: no other process may use it until this object is gone, and what an earlier run left
    /// is gone (overwrite) or will be gone on with (resume). Where there is nothing to resume, the run begins, with a
    /// note. The checkpoint before the last one is used where the last one is damaged, with a warning.
    /// @param identity what a checkpoint must agree with
    /// @param callback_files what callbacks will write into it; names may have placeholders in braces
    /// @throws ConfigError when the folder holds a run and neither was asked for, holds files that graft did not write
    ///         under the names of its own, is in use, or is the checkpoint of another run; DataError for a damaged
    ///         checkpoint; Error when it cannot be made
    RunFolder(std::filesystem::path root, ExistingRun existing, const Json& identity,
              const std::vector<std::string>& callback_files, Reporter& reporter);
    [[nodiscard]] const std::filesystem::path& root() const { return root_; }
    /// There is a checkpoint, and the run goes on from it.
    [[nodiscard]] bool resumes() const { return resumes_; }

    [[nodiscard]] std::filesystem::path config() const { return root_ / "config.json"; }
    [[nodiscard]] std::filesystem::path split() const { return root_ / "split.json"; }
    [[nodiscard]] std::filesystem::path skipped() const { return root_ / "skipped.json"; }
    [[nodiscard]] std::filesystem::path findings() const { return root_ / "findings.json"; }
    [[nodiscard]] std::filesystem::path batch_sizes() const { return root_ / "batch_sizes.json"; }
    [[nodiscard]] std::filesystem::path model() const { return root_ / "model.pt"; }
    [[nodiscard]] std::filesystem::path checkpoint() const { return root_ / "checkpoint" / "last.pt"; }
    [[nodiscard]] std::filesystem::path previous() const { return previous_of(checkpoint()); }
    [[nodiscard]] std::filesystem::path test() const { return root_ / "test"; }

    /// Writes history.csv. Throws Error when the folder was taken away: what is written now would lie elsewhere.
    void write_history(const std::vector<EpochRecord>& history) const;
    /// Writes record.json, a run's last file. A run that is over needs its last checkpoint alone.
    void finish(const std::string& record, TrainingEnd end) const;

private:
    void recover_checkpoint(Reporter& reporter) const;
    void remove_results() const;

    std::filesystem::path root_;
    std::optional<FolderLock> lock_;
    bool resumes_ = false;
};

/// What a run writes itself: the names of its files in the run folder.
[[nodiscard]] std::vector<std::string> run_file_names();

/// Throws ConfigError at /output when the run folder is a data folder, lies in one, or holds one: what a run writes
/// must never be taken for data, nor data for what a run wrote.
void expect_apart(const std::filesystem::path& output, const DataOptions& data);

}  // namespace graft
