/// What the scripts say; that shells understand them is tested end to end.
#include "app/shell/shell_completion.hpp"

#include <gmock/gmock.h>

#include "core/shell_words.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// A program with every kind of argument.
CommandFacts small() {
    const CommandFacts sub{
        .name = "go",
        .description = "Doesn't: stop",
        .path = "graft go",
        .options = {{.names = {"-w", "--way"},
                     .value_name = "up|down",
                     .description = "[Where] it's: \\ $HOME",
                     .kind = ValueKind::choice,
                     .choices = {"up", "down", "it's"}},
                    {.names = {"--to"}, .value_name = "FOLDER", .description = "To", .kind = ValueKind::folder},
                    {.names = {"--all"}, .description = "All"}},
        .places = {{.value_name = "FILE", .description = "One", .kind = ValueKind::file},
                   {.value_name = "A:B", .description = "Rest", .kind = ValueKind::file, .repeats = true}}};
    return {.name = "graft", .description = "All of it", .path = "graft", .commands = {sub}};
}

std::string script_for(const std::string& shell) { return shells().find(shell)->script(small()); }

TEST(ShellQuoting, LeavesNothingSpecial) {
    EXPECT_EQ(shell_quoted("a $b `c` \"d\" \\e"), "'a $b `c` \"d\" \\e'");
    EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
}

TEST(Shells, AreThese) { EXPECT_THAT(shells().names(), ElementsAre("bash", "zsh", "fish")); }

TEST(CompletionScripts, OfBashAndZshKnowCommandsOptionsAndWhatFollowsThem) {
    for (const std::string shell : {"bash", "zsh"}) {
        const std::string script = script_for(shell);
        EXPECT_THAT(script, HasSubstr("        'graft')\n            subcommands='go'\n            ;;\n"));
        EXPECT_THAT(script, HasSubstr("            flags='--way --to --all'\n            taking='-w --way --to'\n"));
        EXPECT_THAT(script, HasSubstr("                -w | --way) values='up down it'\\''s' ;;\n"));
        EXPECT_THAT(script, HasSubstr("                --to) values='@folder' ;;\n"));
        EXPECT_THAT(script,
                    HasSubstr("                0) values='@file' ;;\n                [0-9]*) values='@file' ;;\n"));
    }
}

TEST(CompletionScripts, OfZshBeginAsCompinitLooksForThem) {
    EXPECT_THAT(script_for("zsh"), StartsWith("#compdef graft\n"));
}

TEST(CompletionScripts, OfFishHoldThatOfBashInTheQuotesOfFish) {
    const std::string script = script_for("fish");
    EXPECT_THAT(script, HasSubstr("        \\'graft\\')\n            subcommands=\\'go\\'\n"));
    EXPECT_THAT(script, HasSubstr("values=\\'up down it\\'\\\\\\'\\'s\\' ;;\n"));
    EXPECT_THAT(script, Not(HasSubstr("values='")));
}

}  // namespace
}  // namespace graft
