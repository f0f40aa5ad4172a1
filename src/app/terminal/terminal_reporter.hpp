/// @file
/// Progress and remarks for a person: one line that is redrawn on a terminal, a line now and then elsewhere.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/terminal/epoch_table.hpp"
#include "app/terminal/progress_text.hpp"
#include "app/terminal/screen.hpp"
#include "graft/core/reporter.hpp"

namespace graft {

enum class Severity { note, warning };

/// On a terminal the progress line is redrawn at most ten times a second and makes way for the phase's summary.
/// Elsewhere a line is written about every ten seconds.
class TerminalReporter final : public Reporter {
public:
    /// Receives every line that stays visible, without colours: for a log.
    using Copy = std::function<void(Severity, std::string_view)>;

    explicit TerminalReporter(Screen screen, Copy copy = {});
    /// Leaves the cursor at the beginning of a line, also when work ended in the middle of a phase.
    ~TerminalReporter() override;
    TerminalReporter(const TerminalReporter&) = delete;
    TerminalReporter& operator=(const TerminalReporter&) = delete;

    void start(std::string_view phase, std::size_t total, std::string_view unit) override;
    void go_on_from(std::size_t done) override;
    void advance(std::size_t done, std::string_view detail = {}) override;
    void finish(std::string_view summary = {}) override;
    /// A message of several lines is a table and stands as it is; others begin with "note: ".
    void note(std::string_view message) override;
    void warn(std::string_view message) override;

    /// On a terminal the epochs become a table: add_epoch() shows them, and their summaries go to the log alone.
    void tabulate_epochs(std::int64_t epochs);
    /// A line for the last epoch of the history, after it is over; nothing where there is no table.
    void add_epoch(const std::vector<EpochRecord>& history);

private:
    void draw();
    void erase();
    [[nodiscard]] std::string progress_line() const;
    /// Writes lines that stay; a progress line is drawn again below them.
    void say(Severity severity, const std::string& text, const std::string& text_on_screen);

    Screen screen_;
    Copy copy_;
    Progress progress_;
    std::chrono::steady_clock::time_point began_, said_;  // the phase; its last line
    std::optional<EpochTable> table_;
    bool has_header_ = false;
    bool in_phase_ = false, drawn_ = false, spoke_ = false;
};

}  // namespace graft
