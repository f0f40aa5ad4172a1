#include "app/option_checks.hpp"

#include <gmock/gmock.h>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>

#include "data/data_options.hpp"
#include "environment_variable.hpp"
#include "error_message.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using testing::EnvironmentVariable;
using testing::error_message;
using ::testing::HasSubstr;

/// A program with a command that takes paths and other things.
struct Program {
    Program() {
        CLI::App* command = app.add_subcommand("use");
        command->add_option("model", model)->type_name("MODEL");
        command->add_option("paths", paths)->type_name("PATH");
        command->add_option("--output", output)->type_name("FILE");
        command->add_option("--name", name)->type_name("NAME");
        takes_exclude(*command, exclude);
        takes_max_pixels(*command, max_pixels);
        expand_paths(app);
    }
    void parse(std::vector<std::string> arguments) {
        std::ranges::reverse(arguments);  // as CLI11 takes them
        app.parse(arguments);
    }
    CLI::App app;
    std::string model, output, name;
    std::vector<std::string> paths, exclude;
    std::int64_t max_pixels = 100;
};

TEST(ExpandPaths, ReplacesATildeInWhateverIsAPath) {
    const EnvironmentVariable home("HOME", "/home/ada");
    Program program;
    program.parse({"use", "~/model.pt", "a.jpg", "~/b.jpg", "-", "--output=~/rows.csv", "--name", "~x"});
    EXPECT_EQ(program.model, "/home/ada/model.pt");
    EXPECT_THAT(program.paths, ElementsAre("a.jpg", "/home/ada/b.jpg", "-"));
    EXPECT_EQ(program.output, "/home/ada/rows.csv");
    EXPECT_EQ(program.name, "~x");
}

TEST(ExpandPaths, RefusesWhatOnlyAShellReplaces) {
    Program program;
    const std::string message = error_message<CLI::ValidationError>([&] {
        program.parse({"use", "m.pt", "$HOME/a.jpg"});
    });
    EXPECT_THAT(message, HasSubstr("\"$HOME/a.jpg\": only a shell replaces $HOME"));
}

TEST(TakesExclude, TakesOnePatternEachTime) {
    Program program;
    program.parse({"use", "m.pt", "--exclude", "*_mask.png", "a.jpg", "--exclude", "old"});
    EXPECT_THAT(program.exclude, ElementsAre("*_mask.png", "old"));
    EXPECT_THAT(program.paths, ElementsAre("a.jpg"));
}

TEST(TakesChoice, TakesTheNamesOfAnEnum) {
    CLI::App app;
    OnBadImage policy = OnBadImage::fail;
    const CLI::Option* option = takes_choice(app, "--bad", policy, "What then");
    EXPECT_EQ(option->get_type_name(), "fail|skip");
    EXPECT_EQ(option->get_default_str(), "fail");
    app.parse(std::vector<std::string>{"--bad=skip"});
    EXPECT_EQ(policy, OnBadImage::skip);
    EXPECT_EQ(error_message<CLI::ValidationError>([&] { app.parse(std::vector<std::string>{"--bad=skp"}); }),
              "--bad: expected one of fail, skip, got \"skp\" (did you mean \"skip\"?)");
}

TEST(TakesMaxPixels, TakesPositiveNumbers) {
    Program program;
    EXPECT_THROW(program.parse({"use", "m.pt", "--max-pixels", "0"}), CLI::ValidationError);
    Program other;
    other.parse({"use", "m.pt", "--max-pixels", "200000000"});
    EXPECT_EQ(other.max_pixels, 200'000'000);
}

}  // namespace
}  // namespace graft
