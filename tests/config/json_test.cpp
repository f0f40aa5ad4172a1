#include "config/json.hpp"

#include <gmock/gmock.h>

#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using testing::error_message;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing::TemporaryFolder;

std::string parse_error(std::string_view text) {
    return error_message<ConfigError>([&] { (void)parse_json(text, "run.json"); });
}

TEST(ParseJson, KeepsTheOrderOfTheKeys) {
    EXPECT_EQ(parse_json(R"({"b": 1, "a": [true, null, "x"]})", "run.json").dump(), R"({"b":1,"a":[true,null,"x"]})");
}

TEST(ParseJson, SaysWhereTheSyntaxIsBroken) {
    EXPECT_THAT(parse_error("{\n  \"epochs\": 3,\n}"),
                StartsWith("run.json: not valid JSON: at line 3, column 1: syntax error"));
    EXPECT_THAT(parse_error("{\"a\": tru}"),
                StartsWith("run.json: not valid JSON: at line 1, column 10: syntax error"));
    EXPECT_THAT(parse_error(""), StartsWith("run.json: not valid JSON: at line 1, column 1: syntax error"));
    EXPECT_THAT(parse_error("{} {}"), StartsWith("run.json: not valid JSON: at line 1, column 4: syntax error"));
    EXPECT_THAT(parse_error("{\"a\": NaN}"), HasSubstr("line 1, column 7"));
    EXPECT_THAT(parse_error("// a comment\n{}"), HasSubstr("line 1, column 1"));
}

TEST(ParseJson, RefusesANumberThatNoDoubleHolds) {
    EXPECT_THAT(parse_error("[1e999]"), AllOf(StartsWith("run.json: not valid JSON: "), HasSubstr("1e999")));
}

TEST(ParseJson, RefusesBytesThatAreNoUtf8) {
    EXPECT_THAT(parse_error("{\"a\": \"\xff\"}"), StartsWith("run.json: not valid JSON: at line 1, column 8"));
}

TEST(ParseJson, TakesTheByteOrderMarkOfUtf8AndWindowsLineEnds) {
    EXPECT_EQ(parse_json("\xEF\xBB\xBF{\r\n\"a\": 1\r\n}\r\n", "run.json").dump(), R"({"a":1})");
}

TEST(ParseJson, SaysOfUtf16WhatItIs) {
    using namespace std::string_view_literals;
    EXPECT_EQ(parse_error("\xFF\xFE{\0}\0"sv), "run.json: is UTF-16 text; save it as UTF-8");
    EXPECT_EQ(parse_error("\xFE\xFF\0{\0}"sv), "run.json: is UTF-16 text; save it as UTF-8");
    EXPECT_EQ(parse_error("{\0}\0"sv),
              "run.json: holds a NUL byte: it is not a text, or one in UTF-16; save it as UTF-8");
}

TEST(ParseJson, RefusesANulBehindTheDocument) {
    EXPECT_EQ(parse_error(std::string_view("{}\0", 3)),
              "run.json: holds a NUL byte: it is not a text, or one in UTF-16; save it as UTF-8");
}

TEST(ApplyAssignments, TakesPathsOfAnyBytes) {
    Json document;
    const std::vector<std::string> assignments = {"/data/train=d/Bl\xFCte", "/data/test=d/Bl\xC3\xBCte"};
    apply_assignments(document, assignments);
    EXPECT_EQ(document.at("data").at("train"), R"(d/Bl\xFCte)");
    EXPECT_EQ(document.at("data").at("test"), "d/Bl\xC3\xBCte");
}

TEST(Pretty, WritesBytesThatAreNoUtf8AsText) {
    const Json document = {{"file", "\xFF.jpg"}, {"lines", "a\nb"}, {"\xFE", {1, "\xFC"}}};
    EXPECT_EQ(json_line(document), R"({"file":"\\xFF.jpg","lines":"a\nb","\\xFE":[1,"\\xFC"]})");
    EXPECT_EQ(pretty({{"file", "\xFF.jpg"}}), "{\n  \"file\": \"\\\\xFF.jpg\"\n}\n");
}

TEST(ParseJson, RefusesAKeyThatStandsTwiceInOneObject) {
    EXPECT_EQ(parse_error(R"({"a": 1, "b": {"a": 2}, "a": 3})"), "run.json: the key \"a\" stands twice in one object");
    EXPECT_EQ(parse_error(R"({"b": [{"c": 1, "c": 1}]})"), "run.json: the key \"c\" stands twice in one object");
}

TEST(ParseJson, AllowsAKeyAgainInAnotherObject) {
    EXPECT_EQ(parse_error(R"({"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]})"), "nothing was thrown");
}

TEST(ParseJson, RefusesEndlessNestingWithoutACrash) {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    EXPECT_EQ(parse_error(nested(100)), "nothing was thrown");
    EXPECT_EQ(parse_error(nested(101)), "run.json: nested deeper than 100 levels");
    EXPECT_EQ(parse_error(std::string(1'000'000, '[')), "run.json: nested deeper than 100 levels");
    std::string objects;
    for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
    EXPECT_EQ(parse_error(objects), "run.json: nested deeper than 100 levels");
}

TEST(ParseJsonFile, NamesTheFile) {
    const TemporaryFolder folder;
    const std::filesystem::path good = folder.write("good.json", "{\"a\": 1}"), bad = folder.write("bad.json", "{");
    EXPECT_EQ(parse_json_file(good), Json({{"a", 1}}));
    EXPECT_THAT(error_message<ConfigError>([&] { (void)parse_json_file(bad); }),
                StartsWith(bad.string() + ": not valid JSON: at line 1"));
    EXPECT_EQ(error_message<ConfigError>([&] { (void)parse_json_file(folder / "absent.json"); }),
              (folder / "absent.json").string() + ": cannot be read: No such file or directory");
    EXPECT_EQ(error_message<ConfigError>([&] { (void)parse_json_file(folder.path()); }),
              folder.path().string() + ": is a folder, not a file");
}

TEST(ParseJsonFile, SaysThatConfigsOfOtherProgramsAreOfAnotherFormat) {
    const TemporaryFolder folder;
    const std::filesystem::path yaml = folder.write("data.yaml", "path: data\ntrain: train\n");
    EXPECT_THAT(
        error_message<ConfigError>([&] { (void)parse_json_file(yaml); }),
        EndsWith("; graft's configs are JSON, and this is called like a YAML file: graft config init writes one"));
    EXPECT_EQ(parse_json_file(folder.write("json.yaml", "{\"a\": 1}")), Json({{"a", 1}}));
}

/// The document after some assignments.
Json assigned(Json document, const std::vector<std::string>& assignments) {
    apply_assignments(document, assignments);
    return document;
}
std::string assignment_error(Json document, const std::string& assignment) {
    return error_message<ConfigError>([&] { apply_assignments(document, std::vector{assignment}); });
}

TEST(ApplyAssignments, ReplacesValues) {
    const Json document = {{"training", {{"epochs", 10}, {"keep", "best"}}}};
    EXPECT_EQ(assigned(document, {"/training/epochs=3"}).dump(), R"({"training":{"epochs":3,"keep":"best"}})");
    EXPECT_EQ(assigned(document, {"/training/epochs=3", "/training/epochs=4"}).at("training").at("epochs"), 4);
}

TEST(ApplyAssignments, TakesJsonAsJsonAndOtherTextAsAString) {
    EXPECT_EQ(assigned({}, {"/a=0.5"}).dump(), R"({"a":0.5})");
    EXPECT_EQ(assigned({}, {"/a=true"}).dump(), R"({"a":true})");
    EXPECT_EQ(assigned({}, {"/a=null"}).dump(), R"({"a":null})");
    EXPECT_EQ(assigned({}, {"/a=[256, 128]"}).dump(), R"({"a":[256,128]})");
    EXPECT_EQ(assigned({}, {"/a={\"name\": \"sgd\"}"}).dump(), R"({"a":{"name":"sgd"}})");
    EXPECT_EQ(assigned({}, {"/a=runs/first"}).dump(), R"({"a":"runs/first"})");
    EXPECT_EQ(assigned({}, {"/a=\"3\""}).dump(), R"({"a":"3"})");
    EXPECT_EQ(assigned({}, {"/a="}).dump(), R"({"a":""})");
    EXPECT_EQ(assigned({}, {"/a=b=c"}).dump(), R"({"a":"b=c"})");
}

TEST(ApplyAssignments, MakesMissingObjects) {
    EXPECT_EQ(assigned({}, {"/training/optimizer/name=sgd"}).dump(), R"({"training":{"optimizer":{"name":"sgd"}}})");
}

TEST(ApplyAssignments, ReachesListsByIndexAndAppends) {
    const Json document = {{"callbacks", {{{"name", "a"}}, {{"name", "b"}}}}};
    EXPECT_EQ(assigned(document, {"/callbacks/1/name=c"}).dump(), R"({"callbacks":[{"name":"a"},{"name":"c"}]})");
    EXPECT_EQ(assigned(document, {"/callbacks/-=c"}).dump(), R"({"callbacks":[{"name":"a"},{"name":"b"},"c"]})");
    EXPECT_EQ(assigned({}, {"/callbacks/-=a", "/callbacks/-=b"}).dump(), R"({"callbacks":["a","b"]})");
}

TEST(ApplyAssignments, KnowsTheEscapesOfPointers) {
    EXPECT_EQ(assigned({}, {"/a~1b/c~0d=1"}).dump(), R"({"a/b":{"c~d":1}})");
}

TEST(ApplyAssignments, SaysWhatAnAssignmentLooksLike) {
    const std::string advice = ": expected /pointer/to/key=value, for example /training/epochs=3";
    for (const char* wrong : {"training/epochs=3", "/training/epochs", "epochs", "", "=3"})
        EXPECT_EQ(assignment_error({}, wrong), "--set " + std::string(wrong) + advice);
}

TEST(ApplyAssignments, SaysWhyAPlaceCannotBeReached) {
    const Json document = {{"seed", 1}, {"list", {1, 2}}};
    EXPECT_EQ(assignment_error(document, "/seed/deep=3"),
              "--set /seed/deep=3: /seed is 1, neither an object nor a list");
    const std::string indices = ": /list is a list of 2: expected one of its indices, or - to append, got ";
    for (const char* step : {"2", "-1", "01", "x"}) {
        const std::string assignment = "/list/" + std::string(step) + "=3";
        EXPECT_EQ(assignment_error(document, assignment), "--set " + assignment + indices + step);
    }
    EXPECT_THAT(assignment_error(document, "/a~2=1"), StartsWith("--set /a~2=1: "));
    EXPECT_THAT(assignment_error(document, "/list/99999999999999999999=1"),
                StartsWith("--set /list/99999999999999999999=1: "));
}

TEST(ApplyAssignments, IsAsStrictAsAFile) {
    EXPECT_EQ(assignment_error({}, "/a={\"b\": 1, \"b\": 2}"),
              "--set /a={\"b\": 1, \"b\": 2}: the value: the key \"b\" stands twice in one object");
    EXPECT_EQ(assignment_error({}, "/\xff=a"), R"(--set /\xFF=a: the pointer is not UTF-8)");
}

TEST(ApplyAssignments, ReportsEveryWrongOne) {
    Json document = {{"seed", 1}};
    try {
        apply_assignments(document, std::vector<std::string>{"epochs=3", "/seed=2", "/seed/x=1"});
        FAIL() << "two of the three are wrong";
    } catch (const ConfigError& error) {
        EXPECT_THAT(error.problems(),
                    ElementsAre("--set epochs=3: expected /pointer/to/key=value, for example /training/epochs=3",
                                "--set /seed/x=1: /seed is 2, neither an object nor a list"));
    }
}

TEST(Pretty, IndentsByTwoAndEndsTheLine) { EXPECT_EQ(pretty({{"a", {1}}}), "{\n  \"a\": [\n    1\n  ]\n}\n"); }

TEST(FitsIntoJson, IsTrueForUtf8Only) {
    EXPECT_TRUE(fits_into_json("Größe"));
    EXPECT_FALSE(fits_into_json("\xff"));
    EXPECT_FALSE(fits_into_json("\xc3"));
}

}  // namespace
}  // namespace graft
