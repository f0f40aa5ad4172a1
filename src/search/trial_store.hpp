/// @file
/// Trials as they end: one line each in trials.jsonl.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/json.hpp"
#include "core/enum_names.hpp"
#include "graft/run/train.hpp"
#include "search/search_space.hpp"

namespace graft {

enum class TrialEnd {
    completed,  ///< trained to its end
    stopped,    ///< others were better at a rung
    failed,     ///< its loss was not finite, for example
};
template <>
inline constexpr auto enum_names<TrialEnd> = std::to_array<std::string_view>({"completed", "stopped", "failed"});

struct TrialRecord {
    std::size_t number = 0;  ///< 0: the config as it is written
    Point point;             ///< empty for number 0
    Json values;             ///< the same as the config has it, by pointer
    TrialEnd end = TrialEnd::completed;
    std::vector<double> rungs;                            ///< the monitored metric at each rung that was reached
    double value = 0;                                     ///< the monitored metric in the end; NaN of one that failed
    std::vector<std::pair<std::string, double>> metrics;  ///< of the epoch whose weights a model would have; over folds
    std::int64_t epochs = 0;                              ///< that were trained, of the longest fold
    double seconds = 0;                                   ///< of computing, over all folds
    std::string error;

    /// As of an epoch: nothing when the trial does not have it.
    [[nodiscard]] std::optional<double> metric(std::string_view name) const;
};

[[nodiscard]] Json to_json(const TrialRecord& trial);
/// Throws what nlohmann's json throws for another document.
[[nodiscard]] TrialRecord trial_from(const Json& json);

/// The folder of a search while it is this process's own.
class TrialStore {
public:
    /// @param identity what a search must have in common with an earlier one to go on with it
    /// @throws ConfigError when the folder holds a search and neither going on nor replacing it was asked for, when the
    ///         search there is another one, or when it is in use; DataError for a damaged file; Error
    TrialStore(std::filesystem::path folder, ExistingRun existing, const Json& identity);
    ~TrialStore();
    TrialStore(const TrialStore&) = delete;
    TrialStore& operator=(const TrialStore&) = delete;

    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    /// Those of an earlier search that this one goes on with, in the order in which they ended.
    [[nodiscard]] const std::vector<TrialRecord>& found() const { return found_; }
    /// Adds a line: it is there whole, or not at all. Throws Error, for example on a full disk.
    void add(const TrialRecord& trial);

private:
    void read();

    std::filesystem::path folder_, file_;
    int descriptor_ = -1;
    std::uint64_t end_ = 0;  ///< of the last whole line
    std::vector<TrialRecord> found_;
};

}  // namespace graft
