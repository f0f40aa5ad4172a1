#include "data/data_options.hpp"

#include <gmock/gmock.h>

namespace graft {
namespace {

using ::testing::ElementsAre;
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

}  // namespace
}  // namespace graft
