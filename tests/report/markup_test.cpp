#include "report/markup.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "report/page.hpp"

namespace graft {
namespace {

Page small_page() { return {.title = "run", .kicker = "", .subtitle = {}, .sections = {}}; }

TEST(Markup, EscapesText) {
    EXPECT_EQ(Markup("<script>alert('a & \"b\"')</script>").text(),
              "&lt;script&gt;alert(&#39;a &amp; &quot;b&quot;&#39;)&lt;/script&gt;");
}

TEST(Markup, WritesBytesThatAreNoUtf8AsTheyAreShown) {
    EXPECT_EQ(Markup("Bl\xFCte").text(), "Bl\\xFCte");
    EXPECT_EQ(html_escaped(std::string("a\0b", 3)), "a\\x00b");
    EXPECT_EQ(Markup("Gänseblümchen").text(), "Gänseblümchen");
}

TEST(Markup, EscapesAttributes) {
    EXPECT_EQ(element("a", {{"title", "\"><script>"}}, "x").text(), "<a title=\"&quot;&gt;&lt;script&gt;\">x</a>");
}

TEST(Markup, NestsElementsWithoutEscapingThemTwice) {
    Markup content = "a < b ";
    EXPECT_EQ(tag("p", content << tag("b", "c & d")).text(), "<p>a &lt; b <b>c &amp; d</b></p>");
}

TEST(Markup, DoesNotCloseWhatHtmlNeverCloses) {
    EXPECT_EQ(element("img", {{"alt", "a"}, {"width", 12.5}}).text(), "<img alt=\"a\" width=\"12.5\">");
}

TEST(Markup, WritesNumbersShort) {
    EXPECT_EQ(short_number(12), "12");
    EXPECT_EQ(short_number(12.346), "12.35");
    EXPECT_EQ(short_number(12.5), "12.5");
    EXPECT_EQ(short_number(-0.001), "0");
    EXPECT_EQ(short_number(100), "100");
}

TEST(Page, HasTablesWithHeadersForScreenReaders) {
    const Markup table = markup_of(
        {.caption = "Counts", .header = {"class", "images"}, .rows = {{"a<b", TableCell(Markup("1,000"), 1000.0)}}});
    EXPECT_EQ(table.text(),
              "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Counts\"><table class=\"plain\">"
              "<caption>Counts</caption><thead><tr><th scope=\"col\" class=\"left\">class</th>"
              "<th scope=\"col\">images</th></tr></thead><tbody><tr><th scope=\"row\">a&lt;b</th>"
              "<td data-value=\"1000\">1,000</td></tr></tbody></table></div>");
}

TEST(Page, LeavesOutEmptySectionsAndLinksToTheOthers) {
    Page page = small_page();
    page.sections = {{"one", "One", "text"}, {"two", "Two", {}}};
    const std::string text = document_of(page);
    EXPECT_NE(text.find("<a href=\"#one\">One</a>"), std::string::npos);
    EXPECT_NE(text.find("<section id=\"one\" aria-labelledby=\"h-one\"><h2 id=\"h-one\">One</h2>text</section>"),
              std::string::npos);
    EXPECT_EQ(text.find("Two"), std::string::npos);
}

TEST(Page, NeedsNothingOutsideOfItself) {
    const std::string page = document_of(small_page());
    EXPECT_NE(page.find("default-src &#39;none&#39;; img-src data:"), std::string::npos);
    EXPECT_EQ(page.find("http://"), std::string::npos);
    EXPECT_EQ(page.find("https://"), std::string::npos);
}

TEST(Page, IsReadAgainOnlyWhileTheRunGoesOn) {
    Page page = small_page();
    EXPECT_EQ(document_of(page).find("http-equiv=\"refresh\""), std::string::npos);
    page.refresh_seconds = 3;
    EXPECT_NE(document_of(page).find("<meta http-equiv=\"refresh\" content=\"3\">"), std::string::npos);
}

TEST(Page, HasAScriptOfAtMostAHundredLines) {
    const std::string page = document_of(small_page());
    const std::size_t begin = page.find("<script>"), end = page.find("</script>");
    ASSERT_NE(begin, std::string::npos);
    EXPECT_LE(std::ranges::count(page.substr(begin, end - begin), '\n'), 100);
}

}  // namespace
}  // namespace graft
