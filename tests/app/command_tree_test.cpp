#include "app/shell/command_tree.hpp"

#include <gmock/gmock.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>

#include "app/commands/commands.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// The commands of graft as main() has them.
CommandFacts graft_facts() {
    CLI::App app("Transfer learning", "graft");
    Command chosen;
    add_commands(app, chosen);
    return command_facts(app);
}

const CommandFacts& command_at(const CommandFacts& graft, const std::string& path) {
    const auto all = with_all_below(graft);
    return **std::ranges::find(all, path, [](const CommandFacts* command) { return command->path; });
}

const ArgumentFacts& option_of(const CommandFacts& command, const std::string& name) {
    return *std::ranges::find(command.options, name, &ArgumentFacts::main_name);
}

TEST(CommandFacts, TellWhatTheParserTakes) {
    CLI::App app("The program", "program");
    std::string file, way = "up";
    std::vector<std::string> pictures;
    std::vector<int> numbers = {3, 5};
    CLI::App* sub = app.add_subcommand("go", "Goes");
    sub->add_option("file", file, "A file")->required()->type_name("FILE");
    sub->add_option("pictures", pictures, "Pictures")->type_name("PATH");
    sub->add_option("-w,--way", way, "Where to")->type_name("up|down")->capture_default_str();
    sub->add_option("--numbers", numbers, "Numbers")->type_name("N")->capture_default_str();
    sub->add_option("--secret", file, "Hidden")->group("");
    const CommandFacts facts = command_facts(app);
    ASSERT_EQ(facts.commands.size(), 1);
    const CommandFacts& go = facts.commands[0];
    EXPECT_EQ(go.name, "go");
    EXPECT_EQ(go.path, "program go");
    EXPECT_EQ(go.description, "Goes");

    ASSERT_EQ(go.places.size(), 2);
    EXPECT_EQ(go.places[0].value_name, "FILE");
    EXPECT_EQ(go.places[0].kind, ValueKind::file);
    EXPECT_TRUE(go.places[0].required);
    EXPECT_FALSE(go.places[0].repeats);
    EXPECT_FALSE(go.places[1].required);
    EXPECT_TRUE(go.places[1].repeats);

    ASSERT_EQ(go.options.size(), 3);  // the hidden one is left out
    EXPECT_THAT(go.options[0].names, ElementsAre("-h", "--help"));
    EXPECT_EQ(go.options[0].kind, ValueKind::none);
    EXPECT_EQ(go.options[0].value_name, "");
    EXPECT_THAT(go.options[1].names, ElementsAre("-w", "--way"));
    EXPECT_EQ(go.options[1].kind, ValueKind::choice);
    EXPECT_THAT(go.options[1].choices, ElementsAre("up", "down"));
    EXPECT_EQ(go.options[1].default_value, "up");
    EXPECT_EQ(go.options[2].kind, ValueKind::text);
    EXPECT_EQ(go.options[2].default_value, "3,5");
    EXPECT_TRUE(go.options[2].repeats);
}

TEST(CommandFacts, OfGraftNameEveryCommandAndDescribeIt) {
    const CommandFacts graft = graft_facts();
    std::vector<std::string> paths;
    for (const CommandFacts* command : with_all_below(graft)) {
        paths.push_back(command->path);
        EXPECT_NE(command->description, "") << command->path;
        for (const ArgumentFacts& option : command->options) EXPECT_NE(option.description, "") << option.main_name();
        for (const ArgumentFacts& place : command->places) EXPECT_NE(place.description, "") << place.value_name;
    }
    EXPECT_EQ(paths.front(), "graft");
    for (const char* path : {"graft train", "graft config", "graft config check", "graft cache clear", "graft man"})
        EXPECT_THAT(paths, ::testing::Contains(path));
}

TEST(CommandFacts, OfGraftKnowFilesFoldersAndChoices) {
    const CommandFacts graft = graft_facts();
    EXPECT_EQ(command_at(graft, "graft train").places[0].kind, ValueKind::file);
    EXPECT_EQ(command_at(graft, "graft evaluate").places[1].kind, ValueKind::folder);
    EXPECT_TRUE(command_at(graft, "graft evaluate").places[1].repeats);
    EXPECT_THAT(option_of(command_at(graft, "graft predict"), "--format").choices, ElementsAre("csv", "jsonl"));
    EXPECT_THAT(option_of(command_at(graft, "graft export"), "--format").choices,
                ElementsAre("torchscript", "onnx", "safetensors"));
    EXPECT_THAT(command_at(graft, "graft completion").places[0].choices, ElementsAre("bash", "zsh", "fish"));
    EXPECT_THAT(option_of(command_at(graft, "graft train"), "--fail-under").choices, IsEmpty());
}

}  // namespace
}  // namespace graft
