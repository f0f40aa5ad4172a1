#include "app/terminal/terminal_reporter.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "core/text_layout.hpp"

namespace graft {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A screen that keeps what is written, and a clock that a test moves.
class FakeScreen {
public:
    std::ostringstream out;
    std::size_t columns = 80;
    std::chrono::steady_clock::time_point now{};
    bool terminal = true, colours = false;

    [[nodiscard]] Screen screen() {
        return {.out = out,
                .terminal = terminal,
                .colours = colours,
                .columns = [this] { return columns; },
                .now = [this] { return now; }};
    }
    /// What was written since the last call.
    [[nodiscard]] std::string written() {
        std::string text = out.str();
        out.str("");
        return text;
    }
};

FakeScreen no_terminal() {
    FakeScreen fake;
    fake.terminal = false;
    return fake;
}

/// How a progress line is drawn: over what stands there, to the end of the line.
std::string drawn(const std::string& line) { return "\r" + line + "\x1b[K"; }
const std::string kErased = "\r\x1b[K";
const std::string kEmptyBar(19, ' ');

TEST(TerminalReporter, DrawsALineThatMakesWayForTheSummary) {
    FakeScreen fake;
    fake.columns = 100;
    TerminalReporter reporter(fake.screen());
    reporter.start("epoch 1/3", 8, "images");
    EXPECT_EQ(fake.written(), drawn("epoch 1/3 " + kEmptyBar + "   0 %  0/8 images"));
    fake.now += 2s;
    reporter.advance(4, "loss 0.5");
    EXPECT_EQ(fake.written(),
              drawn("epoch 1/3 =========-           50 %  4/8 images  2.0 images/s  0:02 left  loss 0.5"));
    fake.now += 2s;
    reporter.finish("loss 0.4 acc 0.9");
    EXPECT_EQ(fake.written(), kErased + "epoch 1/3  0:04  loss 0.4 acc 0.9\n");
}

TEST(TerminalReporter, GoesOnFromEarlierWork) {
    FakeScreen fake = no_terminal();
    TerminalReporter reporter(fake.screen());
    reporter.start("epoch 1/3", 100, "images");
    reporter.go_on_from(80);
    fake.now += 10s;
    reporter.advance(90, "loss 0.5");
    EXPECT_EQ(fake.written(), "epoch 1/3  90 %  90/100 images  1.0 images/s  0:10 left  loss 0.5\n");
    reporter.start("epoch 2/3", 100, "images");
    fake.now += 10s;
    reporter.advance(50);
    EXPECT_EQ(fake.written(), "epoch 2/3  50 %  50/100 images  5.0 images/s  0:10 left\n");
}

TEST(TerminalReporter, LeavesNothingOfAPhaseWithoutSummary) {
    FakeScreen fake;
    TerminalReporter reporter(fake.screen());
    reporter.start("checking", 8, "images");
    (void)fake.written();
    reporter.finish();
    EXPECT_EQ(fake.written(), kErased);
}

TEST(TerminalReporter, RedrawsAtMostTenTimesASecond) {
    FakeScreen fake;
    TerminalReporter reporter(fake.screen());
    reporter.start("epoch", 1'000, "images");
    (void)fake.written();
    int redrawn = 0;
    for (std::size_t done = 1; done <= 1'000; ++done) {
        fake.now += 1ms;
        reporter.advance(done);
        redrawn += fake.written().empty() ? 0 : 1;
    }
    EXPECT_EQ(redrawn, 10);
}

TEST(TerminalReporter, NeverFillsALineToItsEnd) {
    for (std::size_t columns = 0; columns < 100; ++columns) {
        FakeScreen fake;
        fake.columns = columns;
        TerminalReporter reporter(fake.screen());
        reporter.start("épisode 1/3", 1'600, "images");
        fake.now += 1s;
        (void)fake.written();
        reporter.advance(992, "loss 0.3113 accuracy 0.9");
        const std::string line = fake.written();
        const std::size_t width = display_width(line) - display_width("\r\x1b[K");
        EXPECT_LT(width, std::max<std::size_t>(columns, 2)) << columns;
    }
}

TEST(TerminalReporter, GivesUpTheBarWhereThereIsLittleRoom) {
    FakeScreen fake;
    fake.columns = 40;
    TerminalReporter reporter(fake.screen());
    reporter.start("epoch 1/3", 8, "images");
    EXPECT_EQ(fake.written(), drawn("epoch 1/3   0 %  0/8 images"));
}

TEST(TerminalReporter, WritesRemarksAboveTheProgressLine) {
    FakeScreen fake;
    TerminalReporter reporter(fake.screen());
    reporter.start("epoch", 8, "images");
    const std::string line = fake.written();
    reporter.note("the learning rate is 0.1 now");
    EXPECT_EQ(fake.written(), kErased + "note: the learning rate is 0.1 now\n" + line);
    reporter.warn("careful");
    EXPECT_EQ(fake.written(), kErased + "warning: careful\n" + line);
    reporter.finish();
    reporter.note("after");
    EXPECT_EQ(fake.written(), kErased + "note: after\n");
}

TEST(TerminalReporter, WritesATableAsItIs) {
    FakeScreen fake;
    TerminalReporter reporter(fake.screen());
    reporter.note("class  images\ncat        12");
    EXPECT_EQ(fake.written(), "class  images\ncat        12\n");
}

TEST(TerminalReporter, ColoursTheBarAndWarningsWhereThereAreColours) {
    FakeScreen fake;
    fake.colours = true;
    std::vector<std::string> copied;
    TerminalReporter reporter(fake.screen(), [&](Severity, std::string_view line) { copied.emplace_back(line); });
    reporter.start("epoch", 1, "images");
    EXPECT_THAT(fake.written(), ::testing::HasSubstr("epoch \x1b[36m" + kEmptyBar + "\x1b[0m"));
    reporter.warn("careful");
    EXPECT_THAT(fake.written(), ::testing::HasSubstr("\x1b[33mwarning:\x1b[0m careful\n"));
    EXPECT_THAT(copied, ElementsAre("warning: careful"));
}

TEST(TerminalReporter, LeavesTheCursorAtTheBeginningOfALineWhenWorkEndsMidway) {
    FakeScreen fake;
    {
        TerminalReporter reporter(fake.screen());
        reporter.start("epoch", 8, "images");
        (void)fake.written();
    }
    EXPECT_EQ(fake.written(), "\n");
}

TEST(TerminalReporter, WritesALineAboutEveryTenSecondsElsewhere) {
    FakeScreen fake = no_terminal();
    TerminalReporter reporter(fake.screen());
    reporter.start("epoch 1/3", 400, "images");
    std::vector<std::string> lines;
    for (std::size_t second = 1; second <= 40; ++second) {
        fake.now += 1s;
        reporter.advance(second * 10);
        if (std::string line = fake.written(); !line.empty()) lines.push_back(line);
    }
    EXPECT_THAT(lines, ElementsAre("epoch 1/3  25 %  100/400 images  10 images/s  0:30 left\n",
                                   "epoch 1/3  50 %  200/400 images  10 images/s  0:20 left\n",
                                   "epoch 1/3  75 %  300/400 images  10 images/s  0:10 left\n",
                                   "epoch 1/3 100 %  400/400 images  10 images/s  0:00 left\n"));
    reporter.finish();
    EXPECT_EQ(fake.written(), "epoch 1/3  0:40  400 images\n");
}

TEST(TerminalReporter, KeepsSilentAboutAShortPhaseElsewhere) {
    FakeScreen fake = no_terminal();
    TerminalReporter reporter(fake.screen());
    reporter.start("checking", 3, "images");
    fake.now += 1s;
    reporter.advance(3);
    reporter.finish();
    EXPECT_EQ(fake.written(), "");
}

TEST(TerminalReporter, CopiesWhatStaysVisible) {
    for (const bool terminal : {true, false}) {
        FakeScreen fake;
        fake.terminal = terminal;
        std::vector<std::string> notes, warnings;
        TerminalReporter reporter(fake.screen(), [&](Severity severity, std::string_view line) {
            (severity == Severity::warning ? warnings : notes).emplace_back(line);
        });
        reporter.start("epoch", 2, "images");
        fake.now += 60s;
        reporter.advance(1);
        reporter.note("n");
        reporter.warn("w");
        reporter.finish("loss 1");
        EXPECT_THAT(notes, ElementsAre("note: n", "epoch  1:00  loss 1"));
        EXPECT_THAT(warnings, ElementsAre("warning: w"));
    }
}

TEST(TerminalReporter, IgnoresProgressOutsideAPhase) {
    FakeScreen fake;
    TerminalReporter reporter(fake.screen());
    reporter.advance(3);
    reporter.finish("nothing began");
    EXPECT_EQ(fake.written(), "");
}

TEST(TerminalReporter, ShowsEpochsAsATableAndLogsTheirSummaries) {
    FakeScreen fake;
    std::vector<std::string> log;
    Screen screen = fake.screen();
    screen.unicode = true;
    TerminalReporter reporter(screen, [&](Severity, std::string_view line) { log.emplace_back(line); });
    reporter.tabulate_epochs(2);
    std::vector<EpochRecord> history;
    for (std::int64_t epoch = 0; epoch < 2; ++epoch) {
        reporter.start(epoch == 0 ? "epoch 1/2" : "epoch 2/2", 8, "images");
        reporter.finish("loss 0.5000");
        history.push_back({.epoch = epoch, .learning_rate = 0.1, .metrics = {{"loss", 0.5}}});
        (void)fake.written();
        reporter.add_epoch(history);
        EXPECT_EQ(fake.written(),
                  epoch == 0 ? "epoch      loss      rate    time  loss\n  1/2    0.5000       0.1    0:00  ▅\n"
                             : "  2/2    0.5000       0.1    0:00  ▅▅\n");
    }
    EXPECT_THAT(log, ElementsAre("epoch 1/2  0:00  loss 0.5000", "epoch 2/2  0:00  loss 0.5000"));
    reporter.start("evaluating", 8, "images");
    reporter.finish("done");
    EXPECT_TRUE(fake.written().ends_with("evaluating  0:00  done\n"));
}

TEST(TerminalReporter, HasNoTableWithoutATerminal) {
    FakeScreen fake = no_terminal();
    TerminalReporter reporter(fake.screen());
    reporter.tabulate_epochs(2);
    reporter.start("epoch 1/2", 8, "images");
    reporter.finish("loss 0.5000");
    reporter.add_epoch({{.epoch = 0, .metrics = {{"loss", 0.5}}}});
    EXPECT_EQ(fake.written(), "epoch 1/2  0:00  loss 0.5000\n");
}

}  // namespace
}  // namespace graft
