#include "run/run_folder.hpp"

#include <gmock/gmock.h>

#include "core/hash.hpp"
#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "recording_reporter.hpp"
#include "run/circumstances.hpp"
#include "temporary_folder.hpp"
#include "without_locks.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using testing::error_message;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::StartsWith;
using testing::TemporaryFolder;

class RunFolderTest : public ::testing::Test {
protected:
    std::string refusal(ExistingRun existing = ExistingRun::refuse) {
        SilentReporter silent;
        return error_message<ConfigError>([&] {
            const RunFolder run(folder_ / "run", existing, Json::object(),
                                {"log.csv", "best.pt", "checkpoints/epoch-{epoch}.pt"}, silent);
        });
    }
    const TemporaryFolder folder_;
};

TEST_F(RunFolderTest, RefusesOneThatHoldsSomebodysFilesUnderTheNamesOfItsOwn) {
    for (const std::string name :
         {"config.json", "split.json", "skipped.json", "findings.json", "history.csv", "record.json", "model.pt",
          "log.txt", "test/report.txt", "checkpoint/last.pt", "checkpoint/previous.pt", "log.csv", "best.pt",
          "graft.lock", "checkpoints/epoch-7.pt"})
        for (const ExistingRun existing : {ExistingRun::refuse, ExistingRun::overwrite, ExistingRun::resume}) {
            const fs::path file = folder_.write("run/" + name, "precious");
            EXPECT_EQ(refusal(existing), "/output: " + (folder_ / "run").string() + " holds " + name +
                                             ", which no run of graft has written: name another folder");
            EXPECT_EQ(folder_.read("run/" + name), "precious");
            fs::remove_all(folder_ / "run");
        }
}

TEST_F(RunFolderTest, LeavesOtherFilesAlone) {
    folder_.write("run/notes.txt", "mine");
    folder_.write("run/test/holiday.jpg", "mine");
    folder_.write("run/checkpoints/other.pt", "mine");
    SilentReporter silent;
    for (int round = 0; round < 2; ++round) {
        const RunFolder run(folder_ / "run", ExistingRun::overwrite, Json::object(), {"checkpoints/epoch-{epoch}.pt"},
                            silent);
        folder_.write("run/model.pt", "of the run");
    }
    EXPECT_THAT(folder_.names(), ElementsAre("run", "run/checkpoints", "run/checkpoints/other.pt", "run/graft.lock",
                                             "run/model.pt", "run/notes.txt", "run/test", "run/test/holiday.jpg"));
}

TEST_F(RunFolderTest, WritesIntoNoFileThatItsLockLeadsTo) {
    const fs::path file = folder_.write("precious.txt", "precious");
    fs::create_directories(folder_ / "run");
    fs::create_symlink(file, folder_ / "run/graft.lock");
    EXPECT_THAT(refusal(), HasSubstr(" holds graft.lock, which no run of graft has written"));
    EXPECT_EQ(folder_.read("precious.txt"), "precious");
}

TEST_F(RunFolderTest, TakesALockWithoutAHolderForThatOfARunThatWasKilled) {
    folder_.write("run/graft.lock", "");
    EXPECT_EQ(refusal(), "nothing was thrown");
    EXPECT_THAT(folder_.read("run/graft.lock"), StartsWith("process "));
}

TEST_F(RunFolderTest, IsOneRunsAtATime) {
    SilentReporter silent;
    const RunFolder run(folder_ / "run", ExistingRun::refuse, Json::object(), {}, silent);
    EXPECT_THAT(refusal(), HasSubstr(" is in use by another run (process "));
}

TEST_F(RunFolderTest, IsUsedWithAWarningWhereTheFileSystemHasNoLocks) {
    for (const auto& [error, text] : {std::pair(ENOLCK, "No locks available"), {EBADF, "Bad file descriptor"}}) {
        const testing::WithoutLocks here(error);
        testing::RecordingReporter reporter;
        const RunFolder run(folder_ / "run", ExistingRun::refuse, Json::object(), {}, reporter);
        EXPECT_THAT(reporter.warnings, ElementsAre((folder_ / "run").string() + ": this file system has no locks (" +
                                                   text + "): see to it that no other run uses the folder"));
    }
}

TEST_F(RunFolderTest, SaysWhoHoldsItAndSinceWhen) {
    SilentReporter silent;
    const RunFolder run(folder_ / "run", ExistingRun::refuse, Json::object(), {}, silent);
    EXPECT_THAT(folder_.read("run/graft.lock"), MatchesRegex("process [0-9]+ on [^ ]+ since [0-9-]+ [0-9:]+ UTC\n"));
}

TEST(UtcText, IsToTheMinuteOrToTheSecond) {
    EXPECT_EQ(utc_text(1769860859, UpTo::minutes), "2026-01-31 12:00 UTC");
    EXPECT_EQ(utc_text(1769860859, UpTo::seconds), "2026-01-31 12:00:59 UTC");
}

TEST_F(RunFolderTest, IsFreeAgainWhenItWasRefused) {
    folder_.write("run/graft.lock", "process 1 on a\n");
    folder_.write("run/checkpoint/last.pt", "damaged");
    SilentReporter silent;
    for (int round = 0; round < 2; ++round)
        EXPECT_THAT(error_message<DataError>(
                        [&] { const RunFolder run(folder_ / "run", ExistingRun::resume, Json::object(), {}, silent); }),
                    HasSubstr("the checkpoint is damaged"));
}

TEST_F(RunFolderTest, NoticesThatItWasTakenAway) {
    SilentReporter silent;
    const RunFolder run(folder_ / "run", ExistingRun::refuse, Json::object(), {}, silent);
    run.write_history({});
    fs::rename(folder_ / "run", folder_ / "elsewhere");
    const std::string expected =
        (folder_ / "run").string() + ": the run folder was removed, moved or replaced while the run was using it";
    EXPECT_EQ(error_message<Error>([&] { run.write_history({}); }), expected);
    fs::create_directories(folder_ / "run");
    EXPECT_EQ(error_message<Error>([&] { run.finish("{}", TrainingEnd::completed); }), expected);
    EXPECT_THAT(folder_.names(), ElementsAre("elsewhere", "elsewhere/graft.lock", "elsewhere/history.csv", "run"));
}

/// A folder with two checkpoints that are whole, whatever else they are.
class RunFolderToResume : public RunFolderTest {
protected:
    static std::string whole(const std::string& content) { return content + sha256(content); }
    /// What is said when the run is to go on; these are no archives, so that it always ends with an error.
    std::string outcome() {
        return error_message<DataError>(
            [&] { const RunFolder run(folder_ / "run", ExistingRun::resume, Json::object(), {}, reporter_); });
    }
    const fs::path lock_ = folder_.write("run/graft.lock", "process 1 on a\n");
    testing::RecordingReporter reporter_;
};

TEST_F(RunFolderToResume, TakesThePreviousCheckpointWhereTheLastOneIsDamaged) {
    folder_.write("run/checkpoint/previous.pt", whole("previous"));
    folder_.write("run/checkpoint/last.pt", "damaged");
    (void)outcome();
    EXPECT_EQ(folder_.read("run/checkpoint/last.pt"), whole("previous"));
    EXPECT_THAT(reporter_.warnings, ElementsAre((folder_ / "run/checkpoint/last.pt").string() +
                                                " is damaged: the run goes on from the checkpoint before it"));
}

TEST_F(RunFolderToResume, TakesThePreviousCheckpointWhereAKillCameBetweenTheTwoRenames) {
    folder_.write("run/checkpoint/previous.pt", whole("previous"));
    (void)outcome();
    EXPECT_EQ(folder_.read("run/checkpoint/last.pt"), whole("previous"));
    EXPECT_THAT(reporter_.warnings, ElementsAre(HasSubstr("last.pt is absent: ")));
}

TEST_F(RunFolderToResume, LeavesALastCheckpointThatIsWhole) {
    folder_.write("run/checkpoint/previous.pt", whole("previous"));
    folder_.write("run/checkpoint/last.pt", whole("last"));
    (void)outcome();
    EXPECT_EQ(folder_.read("run/checkpoint/last.pt"), whole("last"));
    EXPECT_EQ(folder_.read("run/checkpoint/previous.pt"), whole("previous"));
    EXPECT_THAT(reporter_.warnings, IsEmpty());
}

TEST_F(RunFolderToResume, SaysThatBothCheckpointsAreDamagedAndTouchesNeither) {
    folder_.write("run/checkpoint/previous.pt", "damaged");
    folder_.write("run/checkpoint/last.pt", "damaged too");
    EXPECT_THAT(outcome(), HasSubstr("last.pt: the checkpoint is damaged"));
    EXPECT_EQ(folder_.read("run/checkpoint/previous.pt"), "damaged");
    EXPECT_EQ(folder_.read("run/checkpoint/last.pt"), "damaged too");
}

TEST(ExpectApart, RefusesARunFolderThatIsHoldsOrLiesInADataFolder) {
    const TemporaryFolder folder;
    folder.write("data/train/cat/1.jpg", "x");
    DataOptions data;
    data.train = (folder / "data/train").string();
    for (const char* output : {"data/train", "data/train/run", "data", "", "data/train/cat/.."})
        EXPECT_THAT(error_message<ConfigError>([&] { expect_apart(folder / output, data); }),
                    HasSubstr("and the data folder /data/train (" + data.train + ") lie in each other"))
            << output;
    for (const char* output : {"run", "data/run", "data/train2"})
        EXPECT_NO_THROW(expect_apart(folder / output, data)) << output;
}

TEST(ExpectApart, KnowsNewFoldersBelowTheFolderWhereTheProgramRuns) {
    const TemporaryFolder folder;
    const fs::path before = fs::current_path();
    fs::current_path(folder.path());
    DataOptions data;
    data.train = ".";
    EXPECT_THROW(expect_apart("runs/new", data), ConfigError);
    data.train = "not-there-yet";
    EXPECT_THROW(expect_apart("not-there-yet/run", data), ConfigError);
    fs::current_path(before);
}

}  // namespace
}  // namespace graft
