#include "core/text_layout.hpp"

#include <gtest/gtest.h>

namespace graft {
namespace {

TEST(TextLayout, CountsCodePointsAsColumns) {
    EXPECT_EQ(display_width(""), 0);
    EXPECT_EQ(display_width("plain"), 5);
    EXPECT_EQ(display_width("Größe ━"), 7);
}

TEST(TextLayout, CutsBetweenCodePoints) {
    EXPECT_EQ(cut_to_width("Größe", 3), "Grö");
    EXPECT_EQ(cut_to_width("Größe", 5), "Größe");
    EXPECT_EQ(cut_to_width("Größe", 9), "Größe");
    EXPECT_EQ(cut_to_width("Größe", 0), "");
}

TEST(TextLayout, AlignsColumns) {
    EXPECT_EQ(aligned({{"class", "images", "bad"}, {"Gänse", "1,024", "0"}, {"cat", "7", "12"}}),
              "class  images  bad\n"
              "Gänse   1,024    0\n"
              "cat         7   12\n");
    EXPECT_EQ(aligned({{"a", "b"}, {"longer"}}), "a       b\nlonger\n");
    EXPECT_EQ(aligned({}), "");
}

}  // namespace
}  // namespace graft
