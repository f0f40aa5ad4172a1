/// What several commands do with their results, and the log of a run.
#include "app/results.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "app/run_log.hpp"
#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using ::testing::ContainsRegex;
using testing::error_message;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using testing::TemporaryFolder;

TEST(JsonLine, ReplacesBytesThatAreNoUtf8) {
    EXPECT_EQ(json_line({{"file", "\xff.jpg"}}), R"({"file":"\\xFF.jpg"})");
    EXPECT_EQ(json_line({{"text", "two\nlines"}}), R"({"text":"two\nlines"})");
}

TEST(PrintJson, Indents) {
    ::testing::internal::CaptureStdout();
    print_json({{"a", 1}});
    EXPECT_EQ(::testing::internal::GetCapturedStdout(), "{\n  \"a\": 1\n}\n");
}

TEST(RunLog, BeginsWithTheVersionAndTimesEveryLine) {
    const TemporaryFolder folder;
    {
        RunLog log;
        log.open(folder / "log.txt", RunLog::Begin::anew);
        log.write(Severity::note, "note: {} is no placeholder, nor is %v");
        log.write(Severity::warning, "warning: careful");
        log.write_failure("the disk is full");
    }
    const std::string time = "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}  ";
    EXPECT_THAT(folder.read("log.txt"),
                MatchesRegex(time + "graft [0-9.]+\n" + time + "note: \\{\\} is no placeholder, nor is %v\n" + time +
                             "warning: careful\n" + time + "error: the disk is full\n"));
}

TEST(RunLog, IsThereAsSoonAsALineIsWritten) {
    const TemporaryFolder folder;
    RunLog log;
    log.open(folder / "log.txt", RunLog::Begin::anew);
    log.write(Severity::note, "first");
    EXPECT_THAT(folder.read("log.txt"), ContainsRegex("first\n"));
}

TEST(RunLog, TouchesNothingBeforeTheFolderIsTheRuns) {
    const TemporaryFolder folder;
    folder.write("log.txt", "somebody else's");
    RunLog log;
    log.write(Severity::note, "first");
    log.write_failure("this folder holds another run");
    EXPECT_EQ(folder.read("log.txt"), "somebody else's");
}

TEST(RunLog, HasTheLinesThatCameBeforeItWasOpened) {
    const TemporaryFolder folder;
    RunLog log;
    log.write(Severity::note, "early");
    log.open(folder / "log.txt", RunLog::Begin::anew);
    log.write(Severity::note, "late");
    EXPECT_THAT(folder.read("log.txt"), ContainsRegex("early\n.*late\n"));
}

TEST(RunLog, BeginsAnewOrGoesOn) {
    const TemporaryFolder folder;
    folder.write("log.txt", "before\n");
    {
        RunLog log;
        log.open(folder / "log.txt", RunLog::Begin::after_what_is_there);
        log.write(Severity::note, "after");
    }
    EXPECT_THAT(folder.read("log.txt"), ContainsRegex("^before\n.*after\n"));
    RunLog log;
    log.open(folder / "log.txt", RunLog::Begin::anew);
    log.write(Severity::note, "anew");
    EXPECT_THAT(folder.read("log.txt"), ::testing::Not(::testing::HasSubstr("before")));
}

TEST(RunLog, SaysWhenItCannotBeWritten) {
    const TemporaryFolder folder;
    RunLog log;
    EXPECT_THAT(error_message<Error>([&] { log.open(folder.path(), RunLog::Begin::anew); }),  // a folder
                ::testing::StartsWith(folder.path().string() + ": the log cannot be written: "));
}

TEST(RunLog, ComplainsOnceWhenTheDiskIsFullAndGoesOn) {
    if (!std::ofstream("/dev/full")) GTEST_SKIP() << "there is no /dev/full here";
    std::vector<std::string> complaints;
    RunLog log([&](const std::string& message) { complaints.push_back(message); });
    ::testing::internal::CaptureStderr();
    log.open("/dev/full", RunLog::Begin::after_what_is_there);
    for (int i = 0; i < 3; ++i) log.write(Severity::note, "line");
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");  // spdlog itself keeps quiet
    ASSERT_EQ(complaints.size(), 1);
    EXPECT_THAT(complaints[0], MatchesRegex("the log is incomplete: .*No space left on device"));
}

}  // namespace
}  // namespace graft
