/// What the scripts say; that shells understand them is tested end to end.
#include "app/shell/shell_completion.hpp"

#include <gmock/gmock.h>

namespace graft {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A program whose texts hold what shells take for something else.
CommandFacts nasty() {
    const CommandFacts sub{
        .name = "go",
        .description = "Doesn't: stop",
        .path = "graft go",
        .options = {{.names = {"-w", "--way"},
                     .value_name = "up|down",
                     .description = "[Where] it's: \\ $HOME",
                     .kind = ValueKind::choice,
                     .choices = {"up", "down"}},
                    {.names = {"--to"}, .value_name = "FOLDER", .description = "To", .kind = ValueKind::folder},
                    {.names = {"--all"}, .description = "All"}},
        .places = {{.value_name = "FILE", .description = "One", .kind = ValueKind::file},
                   {.value_name = "A:B", .description = "Rest", .kind = ValueKind::file, .repeats = true}}};
    return {.name = "graft", .description = "All of it", .path = "graft", .commands = {sub}};
}

TEST(ShellQuoting, LeavesNothingSpecial) {
    EXPECT_EQ(shell_quoted("a $b `c` \"d\" \\e"), "'a $b `c` \"d\" \\e'");
    EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
}

TEST(Shells, AreThese) { EXPECT_THAT(shells().names(), ElementsAre("bash", "zsh", "fish")); }

TEST(BashCompletion, KnowsCommandsOptionsAndWhatFollowsThem) {
    const std::string script = bash_completion(nasty());
    EXPECT_THAT(script, HasSubstr("        'graft')\n            commands='go'\n"));
    EXPECT_THAT(script, HasSubstr("            options='--way --to --all'\n            taking='-w --way --to'\n"));
    EXPECT_THAT(script, HasSubstr("                -w | --way) values='up down' ;;\n"));
    EXPECT_THAT(script, HasSubstr("                --to) values='@folder' ;;\n"));
    EXPECT_THAT(script, HasSubstr("                0) values='@file' ;;\n                [0-9]*) values='@file' ;;\n"));
}

TEST(ZshCompletion, EscapesWhatItsGrammarUses) {
    const std::string script = zsh_completion(nasty());
    EXPECT_THAT(script, HasSubstr("        '--way=[\\[Where\\] it'\\''s\\: \\\\ $HOME]:up|down:(up down)'"));
    EXPECT_THAT(script, HasSubstr("        '-w+[\\[Where\\] it"));
    EXPECT_THAT(script, HasSubstr("        '--all[All]'"));
    EXPECT_THAT(script, HasSubstr("        '1:FILE:_files'"));
    EXPECT_THAT(script, HasSubstr("        '*:A\\:B:_files'"));
    EXPECT_THAT(script, HasSubstr("                'go:Doesn'\\''t: stop'\n"));
    EXPECT_THAT(script, HasSubstr("                go) _graft_go ;;\n"));
}

TEST(FishCompletion, HasALinePerCommandOptionAndPlace) {
    const std::string script = fish_completion(nasty());
    EXPECT_THAT(script, HasSubstr("complete -c graft -n '__graft_place_is graft 0' -a 'go' -d 'Doesn\\'t: stop'\n"));
    EXPECT_THAT(script, HasSubstr("complete -c graft -n '__graft_command_is graft go' -s w -l way -x -a 'up down' -d "
                                  "'[Where] it\\'s: \\\\ $HOME'\n"));
    EXPECT_THAT(script, HasSubstr("complete -c graft -n '__graft_command_is graft go' -l all -d 'All'\n"));
    EXPECT_THAT(script, HasSubstr("complete -c graft -n '__graft_place_is graft go 0' -F -d 'One'\n"));
    EXPECT_THAT(script, HasSubstr("complete -c graft -n '__graft_place_from graft go 1' -F -d 'Rest'\n"));
    EXPECT_THAT(script, HasSubstr("            case 'graft go -w' 'graft go --way' 'graft go --to'\n"));
}

}  // namespace
}  // namespace graft
