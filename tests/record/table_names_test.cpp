#include "record/table_names.hpp"

#include <gmock/gmock.h>

#include "core/text.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using Names = std::vector<std::string>;

TEST(Headings, AreTheNamesWhereNoOtherColumnHasThem) {
    EXPECT_THAT(headings_of(Names{"rose", "tulip", "file_2"}, Names{"file", "class"}),
                ElementsAre("rose", "tulip", "file_2"));
}

TEST(Headings, AreNumberedWhereAnotherColumnHasTheName) {
    EXPECT_THAT(headings_of(Names{"error", "rose", "file"}, Names{"file", "class", "error"}),
                ElementsAre("error_2", "rose", "file_2"));
    EXPECT_THAT(headings_of(Names{"file", "file_2", "file_3"}, Names{"file"}),
                ElementsAre("file_4", "file_2", "file_3"));
}

TEST(CsvLine, QuotesWhatNeedsIt) { EXPECT_EQ(csv_line(Names{"a", "b, c", "", "d\"e"}), "a,\"b, c\",,\"d\"\"e\""); }

TEST(ClassCell, IsReadAgainWhateverTheNames) {
    EXPECT_EQ(class_cell(Names{}), "");
    EXPECT_EQ(class_cell(Names{"sun", "sea"}), "sun|sea");
    const std::string cell = class_cell(Names{"a|b", "c"});
    EXPECT_EQ(cell, "a\\x7Cb|c");
    EXPECT_EQ(unescaped("a\\x7Cb"), "a|b");
    EXPECT_TRUE(names_class(cell, "a|b"));
    EXPECT_TRUE(names_class(cell, "c"));
    EXPECT_FALSE(names_class(cell, "a"));
    EXPECT_FALSE(names_class(cell, "b"));
}

}  // namespace
}  // namespace graft
