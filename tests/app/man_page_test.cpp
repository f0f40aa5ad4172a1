#include "app/shell/man_page.hpp"

#include <gmock/gmock.h>

#include "app/command_line.hpp"
#include "graft/core/version.hpp"

namespace graft {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// A command with everything that a page can show.
CommandFacts draw() {
    return {.name = "draw",
            .description = "Draw pictures",
            .path = "graft draw",
            .options = {{.names = {"-h", "--help"}, .description = "Print help"},
                        {.names = {"--way"},
                         .value_name = "up|down",
                         .description = "Where to",
                         .default_value = "up",
                         .kind = ValueKind::choice,
                         .choices = {"up", "down"}},
                        {.names = {"--set"},
                         .value_name = "/PATH=VALUE",
                         .description = ".hidden or 'quoted'",
                         .kind = ValueKind::text,
                         .required = true,
                         .repeats = true}},
            .places = {{.value_name = "MODEL", .description = "The model", .kind = ValueKind::file, .required = true},
                       {.value_name = "PATH", .description = "Pictures", .kind = ValueKind::file, .repeats = true}}};
}

TEST(RoffText, HasNoRequestsEscapesOrHyphens) {
    EXPECT_EQ(roff_escaped("--top-k"), "\\-\\-top\\-k");
    EXPECT_EQ(roff_escaped("a\\n"), "a\\en");
    EXPECT_EQ(roff_escaped(".TH"), "\\&.TH");
    EXPECT_EQ(roff_escaped("a\n'b"), "a\n\\&'b");
    EXPECT_EQ(roff_escaped("runs/NAME/model.pt"), "runs/NAME/model.pt");
}

TEST(ManPage, OfACommandShowsItsUsageAndItsArguments) {
    const std::string page = command_man_page(draw());
    EXPECT_EQ(man_page_name(draw()), "graft-draw.1");
    EXPECT_THAT(page, HasSubstr(".TH GRAFT\\-DRAW 1 \"\" \"graft " + std::string(version_text()) + "\""));
    EXPECT_THAT(page, HasSubstr(".SH NAME\ngraft\\-draw \\- Draw pictures\n"));
    EXPECT_THAT(page, HasSubstr("\\fBgraft draw\\fR [\\fIOPTION\\fR ...] \\fIMODEL\\fR [\\fIPATH\\fR ...]\n"));
    EXPECT_THAT(page, HasSubstr(".TP\n\\fIMODEL\\fR\nThe model.\n"));
    EXPECT_THAT(page, HasSubstr(".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nPrint help.\n"));
    EXPECT_THAT(page, HasSubstr(".TP\n\\fB\\-\\-way\\fR \\fIup|down\\fR\nWhere to. Default: up.\n"));
    EXPECT_THAT(page, HasSubstr(".TP\n\\fB\\-\\-set\\fR \\fI/PATH=VALUE\\fR\n\\&.hidden or 'quoted'. Required. May be "
                                "given several times.\n"));
}

TEST(ManPage, OfACommandWithCommandsHasASectionForEach) {
    CommandFacts art{.name = "art", .description = "All about art", .path = "graft art", .commands = {draw(), draw()}};
    art.commands[0].path = "graft art draw";
    art.commands[1].path = "graft art show";
    const std::string page = command_man_page(art);
    EXPECT_THAT(page, HasSubstr("\\fBgraft art draw\\fR [\\fIOPTION\\fR ...] \\fIMODEL\\fR"));
    EXPECT_THAT(page, HasSubstr(".SS graft art draw\nDraw pictures.\n"));
    EXPECT_THAT(page, HasSubstr(".SS graft art show\nDraw pictures.\n"));
}

TEST(ManPage, OfGraftListsCommandsExitCodesAndTheEnvironment) {
    CommandFacts show = draw();
    show.path = "graft show";
    show.description = "Show pictures.";
    const CommandFacts graft{
        .name = "graft", .description = "Transfer learning.", .path = "graft", .commands = {draw(), show}};
    const std::string page = main_man_page(graft);
    EXPECT_EQ(man_page_name(graft), "graft.1");
    EXPECT_THAT(page, HasSubstr(".TP\n\\fBgraft\\-draw\\fR(1)\nDraw pictures.\n"));
    EXPECT_THAT(page, HasSubstr(".TP\n\\fBgraft\\-show\\fR(1)\nShow pictures.\n"));  // one full stop, not two
    EXPECT_THAT(page, HasSubstr(".TP\n\\fB130\\fR\nInterrupted"));
    EXPECT_THAT(page, HasSubstr(".TP\n\\fBGRAFT_CACHE\\fR\n"));
}

TEST(Man, SaysWhichCommandsThereAre) {
    testing::CommandLine line({"man", "trian"});
    try {
        line.run();
        FAIL() << "no error";
    } catch (const std::exception& error) {
        EXPECT_THAT(error.what(), StartsWith("COMMAND: there is no command \"trian\" (did you mean \"train\"?); the "
                                             "commands are: train, lr-find, tune, "));
    }
    testing::CommandLine both({"man", "train", "--output", "pages"});
    EXPECT_THROW(both.run(), std::exception);
}

}  // namespace
}  // namespace graft
