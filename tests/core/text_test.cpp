#include "core/text.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>

#include "core/device.hpp"

namespace graft {
namespace {

TEST(FormatText, PutsValuesWhereThePatternSays) {
    EXPECT_EQ(format_text("nothing"), "nothing");
    EXPECT_EQ(format_text("{} of {}: {}", 3, std::uint64_t{7}, "ten"), "3 of 7: ten");
    EXPECT_EQ(format_text("{:.2f} {:>4}|{:<4}|", 1.005, -3, std::string("ab")), "1.00   -3|ab  |");
    EXPECT_EQ(format_text("{{{}}}", true), "{true}");
    EXPECT_EQ(format_text("{} {}", std::filesystem::path("a/b"), 'c'), "a/b c");
}

TEST(FormatText, NamesEnumerators) { EXPECT_EQ(format_text("in {}", Precision::bfloat16), "in bfloat16"); }

TEST(CountOf, TellsOneFromMany) {
    EXPECT_EQ(count_of(0, "image"), "0 images");
    EXPECT_EQ(count_of(1, "image"), "1 image");
    EXPECT_EQ(count_of(12'345, "image"), "12,345 images");
    EXPECT_EQ(count_of(2, "class", "classes"), "2 classes");
}

TEST(WithCommas, SeparatesThousands) {
    EXPECT_EQ(with_commas(0), "0");
    EXPECT_EQ(with_commas(999), "999");
    EXPECT_EQ(with_commas(1'000), "1,000");
    EXPECT_EQ(with_commas(1'234'567), "1,234,567");
    EXPECT_EQ(with_commas(-123), "-123");
    EXPECT_EQ(with_commas(-1'234), "-1,234");
}

TEST(SizeText, IsInKilobytesBelowAMegabyte) {
    EXPECT_EQ(size_text(0), "0 kB");
    EXPECT_EQ(size_text(1), "1 kB");
    EXPECT_EQ(size_text(329'600), "330 kB");
    EXPECT_EQ(size_text(999'999), "1000 kB");
    EXPECT_EQ(size_text(1'000'000), "1 MB");
    EXPECT_EQ(size_text(1'499'999), "1 MB");
    EXPECT_EQ(size_text(12'345'600'000), "12,346 MB");
}

TEST(FourDecimals, RoundsToFourDecimals) {
    EXPECT_EQ(four_decimals(0.96428), "0.9643");
    EXPECT_EQ(four_decimals(1), "1.0000");
}

TEST(ShapeText, WritesSizesSideBySide) {
    EXPECT_EQ(shape_text(std::array<std::int64_t, 3>{3, 224, 224}), "3 x 224 x 224");
    EXPECT_EQ(shape_text({}), "");
}

TEST(Joined, PutsSeparatorsBetweenItems) {
    const std::array<std::string, 3> items = {"a", "", "c"};
    EXPECT_EQ(joined(items), "a, , c");
    EXPECT_EQ(joined(items, "; "), "a; ; c");
    EXPECT_EQ(joined({}), "");
}

TEST(NumberAsText, WritesNumbersAsPeopleDo) {
    EXPECT_EQ(number_as_text(0), "0");
    EXPECT_EQ(number_as_text(20), "20");
    EXPECT_EQ(number_as_text(-0.5), "-0.5");
    EXPECT_EQ(number_as_text(0.1), "0.1");
    EXPECT_EQ(number_as_text(0.0001), "0.0001");
    EXPECT_EQ(number_as_text(1'000'000), "1000000");
    EXPECT_EQ(number_as_text(1e-5), "1e-05");
    EXPECT_EQ(number_as_text(1e20), "1e+20");
    EXPECT_EQ(number_as_text(0.30000000000000004), "0.30000000000000004");
}

TEST(FourDigits, AreEnoughForARemark) {
    EXPECT_EQ(four_digits(0.26906919479370117), "0.2691");
    EXPECT_EQ(four_digits(12.3456), "12.35");
    EXPECT_EQ(four_digits(0.9), "0.9");
    EXPECT_EQ(four_digits(1e-3 * 0.1 * 0.1), "1e-05");
}

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

TEST(CauseIn, IsTheFirstLineOfLibTorchsErrors) {
    EXPECT_EQ(cause_in("sizes differ\nException raised from f at g.cpp:1"), "sizes differ");
}

TEST(CauseIn, IsTheLineBehindTorchScriptsTraceback) {
    EXPECT_EQ(cause_in("The following operation failed.\n  File \"a.py\", line 2\nRuntimeError: shape is invalid\n"),
              "RuntimeError: shape is invalid");
}

TEST(CauseIn, PassesOverEmptyLinesBeforeTheText) {
    EXPECT_EQ(cause_in("\n\nbuiltin cannot be used as a value:\n  x"), "builtin cannot be used as a value:");
    EXPECT_EQ(cause_in(""), "");
}

}  // namespace
}  // namespace graft
