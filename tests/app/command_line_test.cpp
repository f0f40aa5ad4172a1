/// Which command lines are understood, and what is said about the others.
#include "app/command_line.hpp"

#include <gmock/gmock.h>

namespace graft::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::ValuesIn;
using Words = std::vector<std::string>;

class UnderstoodLines : public ::testing::TestWithParam<Words> {};

TEST_P(UnderstoodLines, ChooseACommand) {
    const CommandLine line(GetParam());
    EXPECT_EQ(line.usage, "");
    EXPECT_TRUE(line.chosen);
}

const Words kUnderstood[] = {
    {"train", "run.json"},
    {"train", "run.json", "--set", "/training/epochs=3", "--set", "/seed=1", "--overwrite", "--json"},
    {"train", "--set", "/seed=1", "run.json", "--resume", "--fail-under", "0.9"},
    {"train", "run.json", "--fail-under", "0", "--offline"},
    {"lr-find", "run.json", "--phase", "2", "--start", "1e-6", "--end", "1", "--steps", "50", "--output", "lr.svg",
     "--force"},
    {"tune", "run.json", "--trials", "20", "--hours", "0.5", "--folds", "3", "--output", "search", "--resume"},
    {"crossval", "run.json", "--folds", "10", "--repeats", "2", "--output", "folds.json", "--json"},
    {"combine", "a.pt", "b.pt", "--how", "soup", "--validation", "val", "--output", "c.pt", "--force"},
    {"evaluate", "model.pt", "data/test"},
    {"evaluate", "model.pt", "a", "b", "--top-k", "3,5", "--classes", "use_known", "--on-bad-image", "skip", "--output",
     "out", "--workers", "2", "--fail-under", "1", "--json"},
    {"evaluate", "model.pt", "--top-k", "3", "a", "b"},
    {"evaluate", "model.pt", "data"},  // a folder that is called as a command is
    {"predict", "model.pt", "a.jpg", "folder", "-"},
    {"predict", "model.pt", "--format", "jsonl", "--top-k", "3", "--probabilities", "--output", "rows", "--force",
     "a.jpg"},
    {"predict", "model.pt", "-", "--json", "--workers", "0"},
    {"export", "model.pt", "--format", "onnx", "--output", "model.onnx", "--force"},
    {"weights", "list", "--json"},
    {"weights", "get", "resnet18", "resnet50.imagenet_v1"},
    {"weights",  "add",
     "net.pth",  "--name",
     "mine",     "--architecture",
     "resnet18", "--source",
     "me",       "--licence",
     "MIT",      "--top-1",
     "0.7",      "--input-size",
     "224,256",  "--resize-shorter-side",
     "256",      "--interpolation",
     "bicubic",  "--mean",
     "1,2,3",    "--std",
     "4,5,6",    "--force"},
    {"weights", "add", "--mean", "1,2,3", "--input-size", "224", "net.pth"},
    {"weights", "convert", "net.pth", "net.pt", "--format", "torchscript", "--architecture", "resnet18", "--force"},
    {"inspect", "model.pt", "--json"},
    {"config", "check", "run.json", "--set", "/seed=1", "--json"},
    {"config", "init", "--output", "run.json", "--data", "data"},
    {"config", "schema", "--output", "schema.json"},
    {"config", "docs", "--output", "config.md", "--force"},
    {"data", "check", "data/train", "--json"},
    {"data", "sample", "data", "--train-per-class", "2", "--test-per-class", "0", "--size", "64", "--seed", "1"},
    {"embed", "model.pt", "images", "--output", "vectors.npy", "--force", "--on-bad-image", "skip"},
    {"similar", "efficientnet_lite0", "query.jpg", "images", "--top-k", "3", "--offline"},
    {"doctor"},
    {"completion", "bash"},
    {"man"},
    {"man", "train"},
    {"man", "--output", "pages", "--force"},
};
INSTANTIATE_TEST_SUITE_P(Of, UnderstoodLines, ValuesIn(kUnderstood));

struct WrongLine {
    Words words;
    std::string message;
};
void PrintTo(const WrongLine& line, std::ostream* out) { *out << line.message; }
class WrongLines : public ::testing::TestWithParam<WrongLine> {};

TEST_P(WrongLines, SayWhatIsWrongAndWhereHelpIs) {
    const CommandLine line(GetParam().words);
    EXPECT_EQ(line.usage, GetParam().message);
}

const WrongLine kWrongLines[] = {
    {{"trian"},
     "unknown command \"trian\" (did you mean \"train\"?); the commands are: train, lr-find, tune, crossval, evaluate, "
     "predict, report, combine, embed, similar, export, verify, weights, config, data, cache, inspect, doctor, "
     "completion, man\nSee: graft --help"},
    {{"fly"},
     "unknown command \"fly\"; the commands are: train, lr-find, tune, crossval, evaluate, predict, report, "
     "combine, embed, similar, export, verify, weights, config, data, cache, inspect, doctor, completion, man\nSee: "
     "graft --help"},
    {{"config", "chek"},
     "unknown command \"chek\" (did you mean \"check\"?); the commands are: check, init, schema, docs\n"
     "See: graft config --help"},
    {{"train", "run.json", "--overwite"},
     "unknown option --overwite (did you mean \"--overwrite\"?)\nSee: graft train --help"},
    {{"train", "run.json", "--fail-udner=0.5"},
     "unknown option --fail-udner (did you mean \"--fail-under\"?)\nSee: graft train --help"},
    {{"train", "run.json", "--gpu"}, "unknown option --gpu\nSee: graft train --help"},
    {{"train", "run.json", "second.json"}, "unexpected argument \"second.json\"\nSee: graft train --help"},
    {{"train"}, "config is required\nSee: graft train --help"},
    {{"train", "run.json", "--resume", "--overwrite"}, "--resume excludes --overwrite\nSee: graft train --help"},
    {{"weights", "got"},
     "unknown command \"got\" (did you mean \"get\"?); the commands are: list, get, add, convert\n"
     "See: graft weights --help"},
    {{"weights", "get"}, "names is required\nSee: graft weights get --help"},
    {{"weights", "convert", "a.pth"}, "output is required\nSee: graft weights convert --help"},
    {{"evaluate", "model.pt"}, "folders is required\nSee: graft evaluate --help"},
    {{"config", "check"}, "config is required\nSee: graft config check --help"},
};
INSTANTIATE_TEST_SUITE_P(Of, WrongLines, ValuesIn(kWrongLines));

struct WrongValue {
    Words words;
    std::string message;
};
void PrintTo(const WrongValue& value, std::ostream* out) { *out << value.message; }
class WrongValues : public ::testing::TestWithParam<WrongValue> {};

TEST_P(WrongValues, AreAnsweredWithWhatTheOptionTakes) {
    EXPECT_THAT(CommandLine(GetParam().words).usage, StartsWith(GetParam().message + "\nSee: graft "));
}

const WrongValue kWrongValues[] = {
    {{"train", "c", "--fail-under", "2"}, "--fail-under: expected number in [0, 1], got \"2\""},
    {{"train", "c", "--fail-under", "-0.1"}, "--fail-under: expected number in [0, 1], got \"-0.1\""},
    {{"train", "c", "--fail-under", "most"}, "--fail-under: expected number in [0, 1], got \"most\""},
    {{"train", "c", "--fail-under", "nan"}, "--fail-under: expected number in [0, 1], got \"nan\""},
    {{"verify", "m", "--tolerance", "0.1x"}, "--tolerance: expected number in [0, 1], got \"0.1x\""},
    {{"cache", "clear", "--keep", "-1"}, "--keep: expected number >= 0, got \"-1\""},
    {{"evaluate", "m", "f", "--classes", "any"}, "--classes: expected one of fail, use_known, got \"any\""},
    {{"evaluate", "m", "f", "--on-bad-image", "skp"},
     "--on-bad-image: expected one of fail, skip, got \"skp\" (did you mean \"skip\"?)"},
    {{"evaluate", "m", "f", "--top-k", "0"}, "--top-k: expected integer in [1, 100000], got \"0\""},
    {{"evaluate", "m", "f", "--top-k", "3,x"}, "--top-k: expected integer in [1, 100000], got \"x\""},
    {{"evaluate", "m", "f", "--workers", "1025"}, "--workers: expected integer in [0, 1024], got \"1025\""},
    {{"evaluate", "m", "f", "--workers", "1.5"}, "--workers: expected integer in [0, 1024], got \"1.5\""},
    {{"predict", "m", "a", "--format", "xml"}, "--format: expected one of csv, jsonl, got \"xml\""},
    {{"predict", "m", "a", "--top-k", "99999999999999999999"},
     "--top-k: expected integer in [1, 100000], got \"99999999999999999999\""},
    {{"export", "m", "--format", "torchscrip"},
     "--format: expected one of torchscript, onnx, safetensors, got \"torchscrip\" (did you mean \"torchscript\"?)"},
    {{"export", "m", "--format", "onnx", "--weights-type", "half"},
     "--weights-type: expected one of float32, float16, int8, got \"half\""},
    {{"data", "sample", "d", "--size", "big"}, "--size: expected integer, got \"big\""},
    {{"data", "sample", "d", "--seed", "-1"}, "--seed: expected integer >= 0, got \"-1\""},
    {{"completion", "tcsh"}, "shell: expected one of bash, zsh, fish, got \"tcsh\""},
};
INSTANTIATE_TEST_SUITE_P(Of, WrongValues, ValuesIn(kWrongValues));

TEST(CommandLine, ChoosesNothingWithoutACommand) {
    for (const Words& words : {Words{}, {"config"}, {"data"}}) {
        const CommandLine line(words);
        EXPECT_EQ(line.usage, "");
        EXPECT_FALSE(line.chosen);
        EXPECT_EQ(line.named, words.empty() ? "graft" : words.back());
    }
}

TEST(CommandLine, HelpsWithEveryCommand) {
    for (const Words& words : {Words{},
                               {"train"},
                               {"evaluate"},
                               {"predict"},
                               {"export"},
                               {"verify"},
                               {"inspect"},
                               {"doctor"},
                               {"completion"},
                               {"man"},
                               {"cache", "clear"},
                               {"config"},
                               {"config", "check"},
                               {"config", "init"},
                               {"config", "schema"},
                               {"config", "docs"},
                               {"data"},
                               {"data", "check"},
                               {"data", "sample"}}) {
        Words asked = words;
        asked.emplace_back("--help");
        const CommandLine line(asked);
        EXPECT_EQ(line.usage, "");
        EXPECT_THAT(line.help, HasSubstr("Usage: "));
        EXPECT_FALSE(line.chosen);
    }
    EXPECT_THAT(CommandLine({"train", "--help"}).help, HasSubstr("--set /PATH=VALUE"));
}

}  // namespace
}  // namespace graft::testing
