/// What the commands do that need no model.
#include <gmock/gmock.h>

#include <filesystem>

#include "app/command_line.hpp"
#include "config/json.hpp"
#include "core/files.hpp"
#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "image/encoded_images.hpp"
#include "temporary_folder.hpp"

namespace graft::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::filesystem::path kProject = std::filesystem::path(GRAFT_TEST_DIR).parent_path();

/// What a command prints to standard output.
std::string printed_by(const std::vector<std::string>& arguments) {
    CommandLine line(arguments);
    return printed_by(line);
}

/// The message of the error that a command ends with; what it printed before does not matter.
template <class Expected>
std::string error_of(const std::vector<std::string>& arguments) {
    return error_message<Expected>([&] { (void)printed_by(arguments); });
}

constexpr const char* kConfig = R"({
  "name": "pets", "data": { "train": "data/train", "validation_split": 0.2 },
  "backbone": { "name": "resnet50" }, "callbacks": ["early_stopping"] })";

TEST(ConfigCheck, SaysWhatARunWouldDo) {
    const TemporaryFolder folder;
    const std::string file = folder.write("run.json", kConfig).string();
    EXPECT_EQ(printed_by({"config", "check", file}),
              file +
                  ": OK\n"
                  "  train on    data/train\n"
                  "  validate on 0.2 of the training images\n"
                  "  test on     none\n"
                  "  backbone    resnet50, weights from the manifest, frozen: all\n"
                  "  training    10 epochs, adam, cross_entropy\n"
                  "  callbacks   early_stopping\n"
                  "  run folder  runs/pets\n");
}

TEST(ConfigCheck, PrintsTheResolvedConfigWithAssignmentsAsJson) {
    const TemporaryFolder folder;
    const std::string file = folder.write("run.json", kConfig).string();
    const Json config = parse_json(
        printed_by({"config", "check", file, "--set", "/training/epochs=3", "--set", "/name=x", "--json"}), "stdout");
    EXPECT_EQ(config.at("training").at("epochs"), 3);
    EXPECT_EQ(config.at("output"), "runs/x");
    EXPECT_EQ(config.at("data").at("batch_size"), 32);
    EXPECT_EQ(config.at("callbacks").at(0).at("restore_best_weights"), true);
}

TEST(ConfigCheck, ListsWhatIsWrongWithTheFilesName) {
    const TemporaryFolder folder;
    const std::string file = folder.write("run.json", R"({"data": {"train": "t"}, "sed": 1})").string();
    EXPECT_EQ(error_of<ConfigError>({"config", "check", file}),
              "2 problems:\n  " + file + ": /backbone/name: is missing and has no default\n  " + file +
                  ": /sed: unknown key (did you mean \"seed\"?)");
}

TEST(ConfigCheck, LooksAtWhatIsSearchedAsTheAssignmentsLeaveIt) {
    const TemporaryFolder folder;
    const std::string file = folder.write("run.json", kConfig).string();
    EXPECT_THAT(error_of<ConfigError>({"config", "check", file, "--set", "/tune/trials=abc"}),
                StartsWith(file + ": /tune/trials: expected "));
    const std::string tuned = folder
                                  .write("tuned.json", R"({"data": {"train": "t"}, "backbone": {"name": "resnet50"},
        "tune": {"trials": "abc"}})")
                                  .string();
    EXPECT_THAT(error_of<ConfigError>({"config", "check", tuned}), StartsWith(tuned + ": /tune/trials: expected "));
    EXPECT_THAT(printed_by({"config", "check", tuned, "--set", "/tune/trials=5"}), StartsWith(tuned + ": OK\n"));
}

TEST(ConfigCheck, KnowsTheStagesOfTheNetwork) {
    const TemporaryFolder folder;
    const std::string file = folder.write("run.json", kConfig).string();
    EXPECT_THAT(error_of<ConfigError>({"config", "check", file, "--set", "/backbone/freeze=layer9"}),
                StartsWith(file + ": /backbone/freeze: "));
    EXPECT_THAT(error_of<ConfigError>({"config", "check", file, "--set",
                                       R"(/training/phases=[{"train": "head", "stochastic_depth": 0.2}])"}),
                StartsWith(file + ": /training/phases/0/stochastic_depth: expected 0, got 0.2: nothing but the head"));
}

TEST(ConfigInit, WritesAConfigThatChecks) {
    const TemporaryFolder folder;
    const std::string file = (folder / "run.json").string();
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(printed_by({"config", "init", "--output", file, "--data", "my/images"}), file + "\n");
    EXPECT_EQ(::testing::internal::GetCapturedStderr(),
              "edit it, then: graft train " + file + "\nfor completion in an editor: graft config schema --output " +
                  (folder / "schema.json").string() + "\n");
    EXPECT_EQ(parse_json_file(file).at("$schema"), "schema.json");
    const std::string plan = printed_by({"config", "check", file});
    EXPECT_THAT(plan, HasSubstr("  train on    my/images/train\n"));
    EXPECT_THAT(plan, HasSubstr("  test on     my/images/test\n"));
    EXPECT_EQ(error_of<ConfigError>({"config", "init", "--output", file}),
              "--output: " + file + " is already there; name another file, or --force to replace it");
}

TEST(ConfigInit, TakesTheFoldersThatAreThere) {
    const TemporaryFolder folder;
    for (const char* image : {"flat/cat/1.jpg", "flat/dog/1.jpg", "halves/train/cat/1.jpg", "halves/train/dog/1.jpg"})
        folder.write(image, "x");
    const auto data_of = [&](const std::string& images) {
        const std::string file = (folder / (images + ".json")).string();
        ::testing::internal::CaptureStderr();
        (void)printed_by({"config", "init", "--output", file, "--data", (folder / images).string()});
        (void)::testing::internal::GetCapturedStderr();
        return parse_json_file(file).at("data");
    };
    const Json flat = data_of("flat"), halves = data_of("halves"), absent = data_of("absent");
    EXPECT_EQ(flat.at("train"), (folder / "flat").string());
    EXPECT_FALSE(flat.contains("test"));
    EXPECT_EQ(halves.at("train"), (folder / "halves/train").string());
    EXPECT_FALSE(halves.contains("test"));
    EXPECT_EQ(absent.at("train"), (folder / "absent/train").string());
    EXPECT_EQ(absent.at("test"), (folder / "absent/test").string());
}

TEST(ConfigSchema, IsPrintedOrWritten) {
    const TemporaryFolder folder;
    const std::string file = (folder / "schema.json").string();
    const std::string printed = printed_by({"config", "schema"});
    EXPECT_EQ(parse_json(printed, "stdout").at("title"), "graft run");
    EXPECT_EQ(printed, read_file(kProject / "configs/schema.json"))
        << "write it anew: build/<preset>/graft config schema --output configs/schema.json --force";
    EXPECT_EQ(printed_by({"config", "schema", "--output", file}), "");
    EXPECT_EQ(folder.read("schema.json"), printed);
}

TEST(ConfigDocs, ArePrintedAsMarkdown) {
    const std::string printed = printed_by({"config", "docs"});
    EXPECT_THAT(printed, StartsWith("# The config of a run\n"));
    EXPECT_EQ(printed, read_file(kProject / "docs/config.md"))
        << "write it anew: build/<preset>/graft config docs --output docs/config.md --force";
}

TEST(DataSample, DrawsImagesThatDataCheckCounts) {
    const TemporaryFolder folder;
    const std::string data = (folder / "samples").string();
    const std::string drawn =
        printed_by({"data", "sample", data, "--train-per-class", "2", "--test-per-class", "1", "--size", "32"});
    EXPECT_THAT(drawn, StartsWith(data + ": "));
    const Json counts = parse_json(printed_by({"data", "check", data + "/train", "--json"}), "stdout");
    EXPECT_EQ(counts.at("folder"), data + "/train");
    EXPECT_EQ(counts.at("images"), 2 * counts.at("classes").size());
    EXPECT_EQ(counts.at("classes").at(0).at("images"), 2);
    EXPECT_EQ(counts.at("bad").size(), 0);
    EXPECT_THAT(printed_by({"data", "check", data + "/test"}), HasSubstr("class "));
}

TEST(DataCheck, CountsListsAndFailsForBadImages) {
    const TemporaryFolder folder;
    const std::string png = encoded(".png", noise(8, 8));
    folder.write("cat/1.png", png);
    folder.write("cat/2.png", png.substr(0, 40));
    folder.write("dog/1.png", png);
    const std::string root = folder.path().string();
    CommandLine line({"data", "check", root});
    ::testing::internal::CaptureStdout();
    const std::string error = error_message<DataError>([&] { line.run(); });
    const std::string printed = ::testing::internal::GetCapturedStdout();
    EXPECT_EQ(error, root + ": 1 of 3 images cannot be used");
    EXPECT_THAT(printed,
                StartsWith("class  images  bad\ncat         2    1\ndog         1    0\nall         3    1\n\n" + root +
                           "/cat/2.png: "));
    ::testing::internal::CaptureStdout();
    EXPECT_THROW(CommandLine({"data", "check", root, "--json"}).run(), DataError);
    const Json json = parse_json(::testing::internal::GetCapturedStdout(), "stdout");
    EXPECT_EQ(json.at("classes").dump(), R"([{"name":"cat","images":2,"bad":1},{"name":"dog","images":1,"bad":0}])");
    EXPECT_EQ(json.at("bad").at(0).at("file"), "cat/2.png");
}

TEST(DataCheck, EndsWhenItIsInterrupted) {
    const TemporaryFolder folder;
    for (const char* name : {"cat/1.png", "dog/1.png"}) folder.write(name, encoded(".png", noise(8, 8)));
    CommandLine line({"data", "check", folder.path().string()});
    line.stop.request_stop();
    EXPECT_THROW(line.run(), Interrupted);
}

TEST(Train, RefusesAGateThatNothingCouldMeetBeforeItReadsAnImage) {
    const TemporaryFolder folder;
    const std::string file = folder.write("run.json", kConfig).string();
    EXPECT_EQ(error_of<ConfigError>({"train", file, "--set", "/data/validation_split=0", "--set", "/callbacks=[]",
                                     "--fail-under", "0.5"}),
              "--fail-under: needs a test folder (/data/test) or validation images (/data/validation_split, "
              "/data/validation)");
}

TEST(Train, SaysWhatIsWrongWithItsConfig) {
    const TemporaryFolder folder;
    EXPECT_EQ(error_of<ConfigError>({"train", (folder / "absent.json").string()}),
              (folder / "absent.json").string() + ": cannot be read: No such file or directory");
}

TEST(Models, MustBeThere) {
    const TemporaryFolder folder;
    const std::string model = (folder / "absent.pt").string();
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{"evaluate", model, folder.path().string()},
                                               {"predict", model, "a.jpg"},
                                               {"inspect", model},
                                               {"export", model, "--format", "torchscript"}})
        EXPECT_THAT(error_of<DataError>(arguments), StartsWith(model + ": cannot be read: No such file"))
            << arguments[0];
    EXPECT_THAT(folder.names(), ::testing::IsEmpty());
}

TEST(Models, MustBeModels) {
    const TemporaryFolder folder;
    const std::string model = folder.write("model.pt", "text").string();
    for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
             {"evaluate", model, folder.path().string()}, {"predict", model, "a.jpg"}, {"inspect", model}})
        EXPECT_THAT(error_of<DataError>(arguments), StartsWith(model + ": ")) << arguments[0];
}

}  // namespace
}  // namespace graft::testing
