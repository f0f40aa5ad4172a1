#include "core/text.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <limits>

#include "core/device.hpp"

namespace graft {
namespace {

TEST(FormatText, PutsValuesWhereThePatternSays) {
    EXPECT_EQ(format_text("nothing"), "nothing");
    EXPECT_EQ(format_text("{} of {}: {}", 3, std::uint64_t{7}, "ten"), "3 of 7: ten");
    EXPECT_EQ(format_text("{:.2f} {:>4}|{:<4}|", 1.005, -3, std::string("ab")), "1.00   -3|ab  |");
    EXPECT_EQ(format_text("{{{}}}", true), "{true}");
    EXPECT_EQ(format_text("{} {}", std::filesystem::path("a/b"), 'c'), "a/b c");
    EXPECT_EQ(format_text("{}", std::filesystem::path("a\xFF\nb")), R"(a\xFF\x0Ab)");
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

TEST(FourDecimals, GiveNanNoSign) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const double value : {nan, -nan}) {
        EXPECT_EQ(four_decimals(value), "nan");
        EXPECT_EQ(four_digits(value), "nan");
    }
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

TEST(Escaped, LeavesOrdinaryNamesAlone) {
    for (const char* name : {"", "cat/1.jpg", "a b'c\"d,<e>", "G\xC3\xA4nsebl\xC3\xBCmchen", "a\\b", "\\x", "\\xfc",
                             "\\xF", "C:\\xyz", "\xF0\x9F\x98\x80.png"})
        EXPECT_EQ(escaped(name), name);
}

TEST(Escaped, WritesBytesThatAreNoTextAsTwoDigits) {
    EXPECT_EQ(escaped("Bl\xFC"
                      "te.jpg"),
              R"(Bl\xFCte.jpg)");
    EXPECT_EQ(escaped("\x80\xC3"), R"(\x80\xC3)");
    EXPECT_EQ(escaped("\xED\xA0\x80"), R"(\xED\xA0\x80)");  // half of a surrogate pair
}

TEST(Escaped, WritesControlCharactersAsTheirBytes) {
    EXPECT_EQ(escaped("a\nb\t\x1B[31m\x7F"), R"(a\x0Ab\x09\x1B[31m\x7F)");
    EXPECT_EQ(escaped("\xC2\x9B"), R"(\xC2\x9B)");  // U+009B, which terminals obey too
}

TEST(Escaped, MarksABackslashThatWouldBeReadAsAByte) {
    EXPECT_EQ(escaped(R"(\xFC)"), R"(\x5CxFC)");
    EXPECT_EQ(escaped(R"(\\xFC)"), R"(\\x5CxFC)");
    EXPECT_EQ(escaped("\\\xFC"), R"(\\xFC)");
    EXPECT_EQ(escaped("\\x\xFC"), R"(\x\xFC)");
}

TEST(Escaped, ComesBackWhateverTheBytes) {
    const std::string around = "\\xFC\\\\x5C";  // what could be taken for part of the form
    for (int first = 0; first < 256; ++first)
        for (int second = 0; second < 256; ++second) {
            const std::string pair = {static_cast<char>(first), static_cast<char>(second)};
            for (const std::string& name : {pair, "\\" + pair, "\\x" + pair, pair + around, "\\xF" + pair}) {
                ASSERT_TRUE(is_utf8(escaped(name)));
                ASSERT_EQ(unescaped(escaped(name)), name) << escaped(name);
                ASSERT_EQ(shown(escaped(name)), escaped(name));
            }
        }
}

TEST(Escaped, IsReadBackFromTextThatWasNeverEscaped) {
    EXPECT_EQ(unescaped("cat\\dog\n\xC3\xBC"), "cat\\dog\n\xC3\xBC");
    EXPECT_EQ(unescaped("\\x4"), "\\x4");
    EXPECT_EQ(unescaped("\\x4g\\xab"), "\\x4g\\xab");
}

TEST(Shown, ChangesNoTextThatWasEscaped) {
    EXPECT_EQ(shown("d/\xFF.jpg: is empty"), R"(d/\xFF.jpg: is empty)");
    EXPECT_EQ(shown(R"(d/\xFF.jpg: is empty)"), R"(d/\xFF.jpg: is empty)");
}

TEST(ShownLines, KeepsLineEndsAndNothingElseThatATerminalObeys) {
    EXPECT_EQ(shown_lines("a\n\x1B[31mb\xFF\n\nc"), "a\n\\x1B[31mb\\xFF\n\nc");
    EXPECT_EQ(shown_lines(""), "");
    EXPECT_EQ(shown_lines("a\n"), "a\n");
}

TEST(Composed, IsOneFormOfWhatLooksTheSame) {
    EXPECT_EQ(composed("Ga\xCC\x88nseblu\xCC\x88mchen"), "G\xC3\xA4nsebl\xC3\xBCmchen");
    EXPECT_EQ(composed("G\xC3\xA4nsebl\xC3\xBCmchen"), "G\xC3\xA4nsebl\xC3\xBCmchen");
    EXPECT_EQ(composed("\xE2\x84\xAB"), "\xC3\x85");                              // the sign of the angstrom
    EXPECT_EQ(composed("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB"), "\xED\x95\x9C");  // three letters of Hangul
    EXPECT_EQ(composed("\xEF\xAC\x81"), "\xEF\xAC\x81");  // a ligature is another text, not another form
    EXPECT_EQ(composed("plain"), "plain");
}

TEST(Composed, LeavesBytesThatAreNoText) { EXPECT_EQ(composed("a\xCC\x88\xFF"), "a\xCC\x88\xFF"); }

TEST(LookAlike, IsWhatPeopleCannotTellApart) {
    EXPECT_TRUE(look_alike("cat ", "cat"));
    EXPECT_TRUE(look_alike("cat", " cat\xC2\xA0"));  // a space that does not break
    EXPECT_TRUE(
        look_alike("c\xE2\x80\x8B"
                   "at",
                   "cat"));  // a space without width
    EXPECT_TRUE(
        look_alike("\xEF\xBD\x83"
                   "at",
                   "cat"));  // a letter of full width
    EXPECT_TRUE(look_alike("e\xCC\x81", "\xC3\xA9"));
    EXPECT_FALSE(look_alike("cat", "Cat"));
    EXPECT_FALSE(look_alike("cat", "ca t"));
    EXPECT_FALSE(look_alike("\xC3\xA9", "e"));
    EXPECT_FALSE(look_alike("\xFF", "\xFE"));
}

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
