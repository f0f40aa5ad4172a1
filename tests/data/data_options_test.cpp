#include "data/data_options.hpp"

#include <gmock/gmock.h>

#include "error_message.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using testing::error_message;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ListOptions, ThatContradictEachOtherAreNamed) {
    DataOptions options{.train = "a folder", .list = {.path_column = "p"}};
    EXPECT_THAT(contradictions(options),
                ElementsAre(HasSubstr("/data/list: is for lists, and no part of the data is one")));
    options = {.train = "l.csv", .list = {.label_columns = {"a", "a"}, .target_columns = {"b"}}};
    EXPECT_THAT(contradictions(options), ElementsAre(HasSubstr("/data/list/target_columns: excludes columns of labels"),
                                                     "/data/list/label_columns: holds a name twice"));
    options = {.train = "l.csv", .list = {.delimiter = "ab", .train_values = {"1"}}};
    EXPECT_THAT(contradictions(options), ElementsAre("/data/list/delimiter: expected one character, got \"ab\"",
                                                     HasSubstr("/data/list/split_column: is missing")));
    options = {.train = "l.csv", .list = {.group_column = "g"}, .classes = {"a", "a"}};
    options.split.group_pattern = "x";
    EXPECT_THAT(contradictions(options), ElementsAre(HasSubstr("/data/group_pattern: excludes /data/list/group_column"),
                                                     "/data/classes: holds a name twice"));
    options = {.train = "l.tsv", .list = {.delimiter = "\\t", .label_separator = "|"}};
    EXPECT_THAT(contradictions(options), IsEmpty());
}

TEST(ListOptions, ThatNoListUsesAreNamed) {
    EXPECT_THAT(contradictions({.train = "l.jsonl", .list = {.delimiter = ";", .columns = {"a"}}}),
                ElementsAre("/data/list/delimiter: is for CSV files, and JSON Lines name their values",
                            "/data/list/columns: is for CSV files, and JSON Lines name their values"));
    EXPECT_THAT(contradictions({.train = "l.jsonl", .test = "t.csv", .list = {.delimiter = ";"}}), IsEmpty());
    EXPECT_THAT(contradictions({.train = "folder", .test = "t.csv", .list = {.weight_column = "w"}}),
                ElementsAre("/data/list/weight_column: is of the training list, and /data/train is none"));
}

TEST(RecordedListOptions, AreTheColumnsOfAConfigButNotWhereItsOwnImagesLie) {
    const Json config = Json::parse(R"({"data": {"list": {"root": "r", "label_columns": ["a", "b"], "delimiter": ";",
                                                          "group_column": "g", "weight_column": "w"}}})");
    EXPECT_EQ(recorded_list_options(config), (ListOptions{.delimiter = ";", .label_columns = {"a", "b"}}));
    EXPECT_EQ(recorded_list_options(Json::parse(R"({"data": {}})")), ListOptions());
    EXPECT_EQ(recorded_list_options(Json()), ListOptions());
}

TEST(AssignedListOptions, TakeThePlaceOfWhatAModelRemembersOtherwise) {
    const ListOptions columns{.delimiter = ";", .label_columns = {"a", "b"}};
    const std::vector<std::string> cell = {"label_column=tags", "label_separator=|"};
    EXPECT_EQ(with_assignments(columns, cell),
              (ListOptions{.delimiter = ";", .label_column = "tags", .label_separator = "|"}));
    const ListOptions one{.label_column = "tags", .label_separator = "|", .split_column = "s", .test_values = {"9"}};
    EXPECT_EQ(with_assignments(one, std::vector<std::string>{"label_columns=[\"x\",\"y\"]", "split_column=null"}),
              (ListOptions{.label_columns = {"x", "y"}}));
    EXPECT_EQ(with_assignments(one, std::vector<std::string>{"label_separator=,"}).label_column, "tags");
}

TEST(AssignedListOptions, ThatContradictEachOtherAreNamed) {
    const std::vector<std::string> both = {"label_column=tags", "label_columns=[\"x\"]"};
    EXPECT_EQ(error_message<ConfigError>([&] { (void)with_assignments({}, both); }),
              "--list/label_columns: excludes label_column and label_separator: leave one out");
    const std::vector<std::string> unknown = {"label_colum=tags"};
    EXPECT_THAT(error_message<ConfigError>([&] { (void)with_assignments({}, unknown); }),
                HasSubstr("--list label_colum: unknown key (did you mean \"label_column\"?)"));
}

}  // namespace
}  // namespace graft
