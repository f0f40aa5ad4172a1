/// No command replaces a file that is already there unless it is told to.
#include <gmock/gmock.h>

#include "app/command_line.hpp"
#include "app/results.hpp"
#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "run/evaluate_folder.hpp"
#include "temporary_folder.hpp"

namespace graft::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

std::string refusal(const std::string& named_by, const std::string& file) {
    return named_by + ": " + file + " is already there; name another file, or --force to replace it";
}

/// Runs a command that may print and say anything.
void run(const Words& words) {
    CommandLine line(words);
    ::testing::internal::CaptureStderr();
    try {
        (void)printed_by(line);
    } catch (...) {
        (void)::testing::internal::GetCapturedStderr();
        throw;
    }
    (void)::testing::internal::GetCapturedStderr();
}

std::string error_of(const Words& words) {
    return error_message<ConfigError>([&] { run(words); });
}

TEST(ExpectFree, ThrowsForWhateverIsThere) {
    const TemporaryFolder folder;
    const std::string file = (folder / "run.json").string();
    EXPECT_NO_THROW(expect_free(file, false, "--output"));
    std::filesystem::create_symlink("nowhere", file);
    EXPECT_EQ(error_message<ConfigError>([&] { expect_free(file, false, "--output"); }), refusal("--output", file));
    EXPECT_THROW(expect_free(folder.path(), false, "--output"), ConfigError);
    EXPECT_NO_THROW(expect_free(file, true, "--output"));
}

/// Commands that write `FILE`, as far as they need no more than what the folder has.
class CommandsThatWrite : public ::testing::TestWithParam<Words> {
protected:
    [[nodiscard]] Words words_with(const std::string& file) const {
        Words words = GetParam();
        std::ranges::replace(words, std::string("FILE"), file);
        return words;
    }
};

TEST_P(CommandsThatWrite, LeaveAFileThatIsThereAndSaySo) {
    const TemporaryFolder folder;
    const std::string file = folder.write("photo.jpg", "precious").string();
    const bool is_convert = GetParam()[1] == "convert";
    EXPECT_EQ(error_of(words_with(file)), refusal(is_convert ? "OUTPUT" : "--output", file));
    EXPECT_EQ(folder.read("photo.jpg"), "precious");
    EXPECT_THAT(folder.names(), ElementsAre("photo.jpg"));
}

TEST_P(CommandsThatWrite, TakeForce) {
    Words words = words_with("photo.jpg");
    words.emplace_back("--force");
    EXPECT_EQ(CommandLine(words).usage, "");
}

const Words kWriting[] = {
    {"predict", "no-model.pt", "photo.jpg", "--output", "FILE"},
    {"export", "no-model.pt", "--format", "torchscript", "--output", "FILE"},
    {"export", "no-model.pt", "--format", "onnx", "--output", "FILE"},
    {"export", "no-model.pt", "--format", "safetensors", "--output", "FILE"},
    {"weights", "convert", "no-weights.pth", "FILE", "--format", "safetensors"},
    {"weights", "convert", "no-weights.pth", "FILE", "--format", "torchscript"},
    {"config", "init", "--output", "FILE"},
    {"config", "schema", "--output", "FILE"},
    {"config", "docs", "--output", "FILE"},
};
INSTANTIATE_TEST_SUITE_P(Of, CommandsThatWrite, ::testing::ValuesIn(kWriting));

TEST(CommandsThatWriteText, ReplaceItWithForce) {
    const TemporaryFolder folder;
    for (const Words& words : {Words{"config", "init"}, {"config", "schema"}, {"config", "docs"}}) {
        const std::string file = folder.write("text", "old").string();
        Words forced = words;
        forced.insert(forced.end(), {"--output", file, "--force"});
        run(forced);
        EXPECT_NE(folder.read("text"), "old") << words[1];
    }
}

TEST(CommandsThatWriteText, ReplaceNoFolderEvenWithForce) {
    const TemporaryFolder folder;
    EXPECT_EQ(error_message<Error>([&] {
                  run({"config", "docs", "--output", folder.path().string(), "--force"});
              }),
              folder.path().string() + ": cannot be replaced: is not a regular file");
}

TEST(Export, LeavesAFileOfItsDefaultName) {
    const TemporaryFolder folder;
    const std::string file = folder.write("model.onnx", "precious").string();
    EXPECT_EQ(error_of({"export", (folder / "model.pt").string(), "--format", "onnx"}), refusal("--output", file));
    EXPECT_EQ(folder.read("model.onnx"), "precious");
}

TEST(Evaluate, LeavesEveryFileThatItWouldWrite) {
    for (const char* name : {"predictions.csv", "evaluation.json", "report.txt", "classes.csv", "confusion.csv",
                             "targets.csv", "report.html"}) {
        const TemporaryFolder folder;
        const std::string file = folder.write(std::string("out/") + name, "precious").string();
        EXPECT_EQ(error_of({"evaluate", "no-model.pt", "test", "--output", (folder / "out").string()}),
                  refusal("--output", file));
        EXPECT_EQ(folder.read(std::string("out/") + name), "precious");
    }
}

TEST(Evaluate, LeavesFilesOfEachFolderAndOfAll) {
    const TemporaryFolder folder;
    const std::string output = (folder / "out").string();
    const Words words = {"evaluate", "no-model.pt", "a/test", "b/test", "--output", output};
    folder.write("out/predictions.csv", "of somebody else: all folders together have none");
    EXPECT_THROW(run(words), DataError);  // the model is not there: only now is it asked for
    const std::string total = folder.write("out/report.txt", "precious").string();
    EXPECT_EQ(error_of(words), refusal("--output", total));
    const std::string second = folder.write("out/test-2/predictions.csv", "precious").string();
    EXPECT_EQ(error_of(words), refusal("--output", second));
    Words forced = words;
    forced.emplace_back("--force");
    EXPECT_THROW(run(forced), DataError);
}

TEST(Evaluate, WritesNothingIntoTheFoldersOfImages) {
    const TemporaryFolder folder;
    folder.write("test/cat/1.jpg", "x");
    const std::string test = (folder / "test").string();
    for (const std::string& output : {test, test + "/", test + "/cat", test + "/out", test + "/cat/../out"})
        EXPECT_EQ(error_of({"evaluate", "no-model.pt", (folder / "other").string(), test, "--output", output}),
                  "--output: " + output + " lies in " + test + ", whose images are evaluated: name a folder outside");
    for (const std::string& output : {test + "-out", test + "/../out", folder.path().string()})
        EXPECT_THROW(run({"evaluate", "no-model.pt", test, "--output", output}), DataError) << output;  // the model
    EXPECT_THAT(folder.names(), ElementsAre("test", "test/cat", "test/cat/1.jpg"));
}

TEST(Evaluation, WritesTheFilesThatItNames) {
    const TemporaryFolder folder;
    EvaluationRecord of_classes{.result = ClassificationRecord{.folders = {{.name = "cat/indoors"}}}};
    write_evaluation(folder.path(), of_classes);
    write_evaluation(folder.path(), {.result = RegressionRecord()});
    folder.write("differences.csv", "");  // graft evaluate --compare
    EXPECT_THAT(folder.names(), ::testing::UnorderedElementsAreArray(evaluation_file_names()));
}

/// What a run that is not over has left.
void write_small_run(const TemporaryFolder& folder, const std::string& run) {
    folder.write(run + "/config.json", R"({"name": "a", "task": {"name": "classification"}, "data": {"train": "t"}})");
    folder.write(run + "/history.csv", "epoch,learning_rate,loss,seconds\n0,0.1,0.5,1\n1,0.1,0.25,1\n");
}

TEST(ReportCommand, ReplacesItsOwnReportAndNoOtherFile) {
    const TemporaryFolder folder;
    write_small_run(folder, "run");
    const std::string run_folder = (folder / "run").string(), file = (folder / "run/report.html").string();
    for (int times = 0; times < 2; ++times) {
        CommandLine line({"report", run_folder});
        EXPECT_EQ(printed_by(line), "report    " + file + "\n");
    }
    folder.write("run/report.html", "precious");
    EXPECT_EQ(error_of({"report", run_folder}), refusal("--output", file));
    EXPECT_EQ(error_of({"report", run_folder, "--output", file}), refusal("--output", file));
    EXPECT_EQ(folder.read("run/report.html"), "precious");
    run({"report", run_folder, "--force"});
    EXPECT_THAT(folder.read("run/report.html"), StartsWith("<!doctype html>"));
}

TEST(ReportCommand, WritesPlotsWhereItIsToldTo) {
    const TemporaryFolder folder;
    write_small_run(folder, "run");
    const Words words = {"report", (folder / "run").string(), "--plots", (folder / "plots").string()};
    run(words);
    EXPECT_THAT(folder.read("plots/loss.svg"), StartsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg "));
    EXPECT_EQ(error_of(words), refusal("--plots", (folder / "plots/loss.svg").string()));
}

TEST(ReportCommand, ComparesRuns) {
    const TemporaryFolder folder;
    write_small_run(folder, "a");
    write_small_run(folder, "b");
    const std::string file = (folder / "both.html").string();
    const Words words = {"report", (folder / "a").string(), (folder / "b").string(), "--output", file};
    run(words);
    EXPECT_THAT(folder.read("both.html"), ::testing::HasSubstr("<h1>2 runs compared</h1>"));
    EXPECT_EQ(error_of(words), refusal("--output", file));
}

TEST(Evaluation, ReplacesNothingThatCameInTheMeantime) {
    const TemporaryFolder folder;
    folder.write("report.txt", "precious");
    EXPECT_THROW(write_evaluation(folder.path(), {}, Present::kept), Error);
    EXPECT_EQ(folder.read("report.txt"), "precious");
}

TEST(Man, LeavesPagesThatAreThere) {
    const TemporaryFolder folder;
    const std::string page = folder.write("graft-train.1", "my own page").string();
    const Words words = {"man", "--output", folder.path().string()};
    EXPECT_EQ(error_of(words), refusal("--output", page));
    EXPECT_THAT(folder.names(), ElementsAre("graft-train.1"));  // all or none
    EXPECT_EQ(folder.read("graft-train.1"), "my own page");
    run({"man", "--output", folder.path().string(), "--force"});
    EXPECT_THAT(folder.read("graft-train.1"), StartsWith(".\\\" Written by `graft man`.\n"));
}

}  // namespace
}  // namespace graft::testing
