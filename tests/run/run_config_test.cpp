#include "graft/run/run_config.hpp"

#include <gtest/gtest.h>

#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "graft/run/train.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using testing::error_message;
using testing::TemporaryFolder;

TEST(RunConfigDocument, BeginsEmpty) { EXPECT_EQ(RunConfig().text(), "{}\n"); }

TEST(RunConfigDocument, KeepsWhatIsSetByItsType) {
    RunConfig config;
    config.set("/training/epochs", 3)
        .set("/head/dropout", 0.5)
        .set("/augmentation/horizontal_flip", true)
        .set("/name", "first")
        .set("/head/hidden", std::vector<std::int64_t>{256, 128})
        .set_json("/callbacks", R"([{"name": "early_stopping", "patience": 2}])")
        .set("/callbacks/-", "terminate_on_nan");
    EXPECT_EQ(config.text(), R"({
  "training": {
    "epochs": 3
  },
  "head": {
    "dropout": 0.5,
    "hidden": [
      256,
      128
    ]
  },
  "augmentation": {
    "horizontal_flip": true
  },
  "name": "first",
  "callbacks": [
    {
      "name": "early_stopping",
      "patience": 2
    },
    "terminate_on_nan"
  ]
}
)");
}

TEST(RunConfigDocument, TakesTextAsTextEvenIfItLooksLikeJson) {
    EXPECT_EQ(RunConfig().set("/name", "3").set("/output", "a=b").text(),
              "{\n  \"name\": \"3\",\n  \"output\": \"a=b\"\n}\n");
}

TEST(RunConfigDocument, ForgetsWhatIsErased) {
    RunConfig config = RunConfig::from_text(R"({"seed": 3, "callbacks": ["a", "b"], "head": {"dropout": 0.5}})");
    config.erase("/seed").erase("/callbacks/0").erase("/head/dropout").erase("/not/there").erase("/callbacks/7");
    EXPECT_EQ(config.text(), "{\n  \"callbacks\": [\n    \"b\"\n  ],\n  \"head\": {}\n}\n");
}

TEST(RunConfigDocument, IsAValue) {
    RunConfig config = RunConfig::from_text(R"({"seed": 1})");
    RunConfig copy = config;
    copy.set("/seed", 2);
    EXPECT_EQ(config.text(), "{\n  \"seed\": 1\n}\n");
}

TEST(RunConfigDocument, ReadsFiles) {
    const TemporaryFolder folder;
    const auto file = folder.write("run.json", R"({"seed": 7})");
    EXPECT_EQ(RunConfig::from_file(file).text(), "{\n  \"seed\": 7\n}\n");
}

TEST(RunConfigDocument, NamesTheSourceOfWhatIsNoJson) {
    const TemporaryFolder folder;
    const auto file = folder.write("run.json", "{\"seed\": }");
    EXPECT_TRUE(error_message<ConfigError>([&] {
                    (void)RunConfig::from_file(file);
                }).starts_with(file.string() + ": not valid JSON: at line 1"));
    EXPECT_TRUE(error_message<ConfigError>([] {
                    (void)RunConfig::from_text("no", "the settings");
                }).starts_with("the settings: not valid JSON: at line 1"));
    EXPECT_EQ(error_message<ConfigError>([&] { (void)RunConfig::from_file(folder / "absent.json"); }),
              (folder / "absent.json").string() + ": cannot be read: No such file or directory");
}

TEST(RunConfigDocument, NamesThePointerOfAChangeThatCannotBeMade) {
    RunConfig config = RunConfig::from_text(R"({"seed": 1})");
    EXPECT_EQ(error_message<ConfigError>([&] { config.set("/seed/deep", 2); }),
              "/seed/deep: /seed is 1, neither an object nor a list");
    EXPECT_TRUE(error_message<ConfigError>([&] { config.set("seed", 2); }).starts_with("seed: "));
    EXPECT_TRUE(error_message<ConfigError>([&] { config.erase("seed"); }).starts_with("seed: "));
    EXPECT_EQ(error_message<ConfigError>([&] { config.set("/name", "\xff"); }), "/name: the text is not UTF-8");
    EXPECT_EQ(error_message<ConfigError>([&] {
                  config.set("/x", std::vector<std::string>{"a", "\xff"});
              }),
              "/x: the text is not UTF-8");
    EXPECT_EQ(error_message<ConfigError>([&] { config.set("/\xff", 1); }), "a JSON pointer is not UTF-8");
    EXPECT_TRUE(error_message<ConfigError>([&] {
                    config.set_json("/head", "{");
                }).starts_with("/head: the value: not valid JSON: at line 1"));
    EXPECT_EQ(config.text(), "{\n  \"seed\": 1\n}\n") << "a change that fails changes nothing";
}

TEST(ResolvedConfig, HoldsEveryDefault) {
    RunConfig config;
    config.set("/data/train", "images").set("/backbone/name", "resnet18").set("/name", "first");
    const std::string resolved = resolved_config(config);
    EXPECT_NE(resolved.find("\"batch_size\": 32"), std::string::npos);
    EXPECT_NE(resolved.find("\"output\": \"runs/first\""), std::string::npos);
    EXPECT_EQ(resolved_config(RunConfig::from_text(resolved)), resolved);
}

TEST(ResolvedConfig, NamesEveryProblemAtOnce) {
    RunConfig config;
    config.set("/data/train", "images").set("/backbone/name", "resnet18");
    config.set("/training/epoch", 3).set("/training/epochs", 0);
    try {
        (void)resolved_config(config);
        FAIL() << "the config is wrong";
    } catch (const ConfigError& error) {
        ASSERT_EQ(error.problems().size(), 2);
        EXPECT_EQ(error.problems()[0], "/training/epochs: expected integer in [1, 100000], got 0");
        EXPECT_EQ(error.problems()[1], "/training/epoch: unknown key (did you mean \"epochs\"?)");
    }
}

}  // namespace
}  // namespace graft
