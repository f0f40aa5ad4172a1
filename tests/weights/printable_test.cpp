#include "weights/printable.hpp"

#include <gtest/gtest.h>

namespace graft {
namespace {

TEST(Printable, TellsUtf8FromOtherBytes) {
    EXPECT_TRUE(is_utf8("plain"));
    EXPECT_TRUE(is_utf8("gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80"));
    EXPECT_FALSE(is_utf8("\xC3"));              // cut off
    EXPECT_FALSE(is_utf8("\xC0\xAF"));          // overlong
    EXPECT_FALSE(is_utf8("\xE0\x80\xAF"));      // overlong
    EXPECT_FALSE(is_utf8("\xED\xA0\x80"));      // surrogate
    EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80"));  // beyond Unicode
    EXPECT_FALSE(is_utf8("\xFF"));
}

TEST(Printable, ReplacesWhatATerminalWouldObey) {
    EXPECT_EQ(printable("a\x1B[31mb\nc"), "a?[31mb?c");
    EXPECT_EQ(printable("\xC2\x9B x \xFF"), "? x ?");
    EXPECT_EQ(printable("\xC3\xBC"), "\xC3\xBC");
}

TEST(Printable, CutsLongTexts) { EXPECT_EQ(printable(std::string(1000, 'x')), std::string(100, 'x') + "..."); }

}  // namespace
}  // namespace graft
