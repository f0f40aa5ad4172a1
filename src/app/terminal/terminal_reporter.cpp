#include "app/terminal/terminal_reporter.hpp"

#include <algorithm>
#include <ostream>
#include <utility>

#include "core/text.hpp"
#include "core/text_layout.hpp"

namespace graft {
namespace {

using namespace std::chrono_literals;

constexpr auto kRedrawEvery = 100ms;
constexpr auto kLineEvery = 10s;
constexpr std::size_t kBarCells = 19;
constexpr std::size_t kLeastText = 24;  // columns right of the bar below which the bar gives way

constexpr std::string_view kEpoch = "epoch ";  ///< what the trainer's work is called
constexpr std::string_view kLineStart = "\r";
constexpr std::string_view kEraseToLineEnd = "\x1b[K";

}  // namespace

TerminalReporter::TerminalReporter(Screen screen, Copy copy) : screen_(std::move(screen)), copy_(std::move(copy)) {}

TerminalReporter::~TerminalReporter() {
    if (drawn_) screen_.out << std::endl;  // how far it came stays visible
}

void TerminalReporter::start(std::string_view phase, std::size_t total, std::string_view unit) {
    erase();
    progress_ = {.phase = std::string(phase), .unit = std::string(unit), .total = total};
    began_ = said_ = screen_.now();
    in_phase_ = true;
    spoke_ = false;
    if (screen_.terminal) draw();
}

void TerminalReporter::go_on_from(std::size_t done) { progress_.done = progress_.earlier = done; }

void TerminalReporter::advance(std::size_t done, std::string_view detail) {
    if (!in_phase_) return;
    progress_.done = done;
    progress_.detail = detail;
    const auto now = screen_.now();
    const auto silent = now - said_;
    if (screen_.terminal ? silent < kRedrawEvery : silent < kLineEvery) return;
    said_ = now;
    progress_.seconds = std::chrono::duration<double>(now - began_).count();
    if (screen_.terminal) return draw();
    spoke_ = true;
    screen_.out << progress_.phase + " " + progress_text(progress_) + "\n" << std::flush;
}

void TerminalReporter::finish(std::string_view summary) {
    if (!std::exchange(in_phase_, false)) return;
    const double seconds = std::chrono::duration<double>(screen_.now() - began_).count();
    erase();
    if (summary.empty() && !spoke_) return;  // nothing was said that needs an end
    const std::string outcome =
        summary.empty() ? format_text("{} {}", progress_.done, progress_.unit) : std::string(summary);
    const std::string line = format_text("{}  {}  {}", progress_.phase, duration_text(seconds), outcome);
    if (table_ && progress_.phase.starts_with(kEpoch)) {  // stands in the table
        if (copy_) copy_(Severity::note, line);
        return;
    }
    say(Severity::note, line, line);
}

void TerminalReporter::note(std::string_view message) {
    const bool table = message.find('\n') != std::string_view::npos;
    const std::string line = (table ? "" : "note: ") + shown_lines(message);
    say(Severity::note, line, line);
}

void TerminalReporter::warn(std::string_view message) {
    const std::string text = shown_lines(message);
    say(Severity::warning, "warning: " + text, painted(screen_, Colour::yellow, "warning:") + " " + text);
}

void TerminalReporter::tabulate_epochs(std::int64_t epochs) {
    if (screen_.terminal) table_ = EpochTable{.epochs = epochs, .unicode = screen_.unicode};
}

void TerminalReporter::add_epoch(const std::vector<EpochRecord>& history) {
    if (!table_ || history.empty()) return;
    erase();
    const auto write = [&](const std::string& line) { screen_.out << cut_to_width(line, screen_.columns()) + "\n"; };
    if (!std::exchange(has_header_, true)) write(header_text(*table_, history));
    write(row_text(*table_, history));
    screen_.out << std::flush;
}

void TerminalReporter::say(Severity severity, const std::string& text, const std::string& text_on_screen) {
    erase();
    screen_.out << text_on_screen + "\n" << std::flush;
    if (copy_) copy_(severity, text);
    if (screen_.terminal && in_phase_) draw();
}

void TerminalReporter::draw() {
    screen_.out << std::string(kLineStart) + progress_line() + std::string(kEraseToLineEnd) << std::flush;
    drawn_ = true;
}

void TerminalReporter::erase() {
    if (!std::exchange(drawn_, false)) return;
    screen_.out << std::string(kLineStart) + std::string(kEraseToLineEnd) << std::flush;
}

std::string TerminalReporter::progress_line() const {
    const std::size_t room = std::max<std::size_t>(screen_.columns(), 2) - 1;  // a full line would wrap
    const std::string text = progress_text(progress_);
    const std::size_t head = display_width(progress_.phase) + 1 + kBarCells;
    if (room < head + kLeastText) return cut_to_width(progress_.phase + " " + text, room);
    const std::string bar = progress_bar(share_done(progress_), kBarCells, screen_.unicode);
    return progress_.phase + " " + painted(screen_, Colour::cyan, bar) + cut_to_width(" " + text, room - head);
}

}  // namespace graft
