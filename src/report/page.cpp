#include "report/page.hpp"

#include "core/text.hpp"
#include "graft/core/version.hpp"
#include "report/style.hpp"

namespace graft {
namespace {

Markup head_of(const Page& page) {
    Markup head = element("meta", {{"charset", "utf-8"}});
    head << element("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
    head << element("meta", {{"name", "generator"}, {"content", "graft " + std::string(version_text())}});
    // Whatever stands in a report, a browser fetches nothing for it.
    head << element("meta", {{"http-equiv", "Content-Security-Policy"},
                             {"content",
                              "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
                              "script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"}});
    if (page.refresh_seconds > 0)
        head << element("meta", {{"http-equiv", "refresh"}, {"content", std::to_string(page.refresh_seconds)}});
    head << tag("title", page.title + " · graft");
    head << tag("style", Markup::trusted(std::string(plot_style()) + std::string(page_style())));
    return tag("head", head);
}

Markup contents_of(const Page& page) {
    Markup items;
    for (const PageSection& section : page.sections)
        if (!section.body.empty())
            items << tag("li", link_to("#" + section.id, section.brief.empty() ? section.heading : section.brief));
    return element("nav", {{"aria-label", "Contents"}, {"tabindex", "0"}}, tag("ul", items));
}

Markup section_of(const PageSection& section) {
    const std::string heading = "h-" + section.id;
    Markup content = element("h2", {{"id", heading}}, section.heading);
    content << section.body;
    return element("section", {{"id", section.id}, {"aria-labelledby", heading}}, content);
}

}  // namespace

std::string document_of(const Page& page) {
    Markup header = element("p", {{"class", "kicker"}}, page.kicker);
    header << tag("h1", page.title) << page.subtitle;
    Markup main;
    for (const PageSection& section : page.sections)
        if (!section.body.empty()) main << section_of(section);
    Markup body = element("a", {{"class", "skip"}, {"href", "#main"}}, "To the content");
    body << tag("header", header) << contents_of(page) << element("main", {{"id", "main"}}, main);
    body << tag("footer",
                "Written by graft " + std::string(version_text()) + ". The file needs no network and no other file.");
    body << tag("script", Markup::trusted(std::string(page_script())));
    Markup root = head_of(page);
    root << tag("body", body);
    return "<!doctype html>\n" + element("html", {{"lang", "en"}}, root).text() + "\n";
}

Markup paragraph(const Markup& content) { return tag("p", content); }

Markup remark(const Markup& content) { return element("p", {{"class", "soft"}}, content); }

Markup link_to(const std::string& address, const Markup& words) { return element("a", {{"href", address}}, words); }

Markup figure_of(const std::string& caption, const std::string& remark, const Markup& picture) {
    Markup title = caption;
    if (!remark.empty()) title << tag("span", " " + remark);
    Markup content = tag("figcaption", title);
    content << picture;
    return tag("figure", content);
}

Markup folded(const Markup& line, const std::string& id, const Markup& content) {
    Markup inside = tag("summary", line);
    inside << (id.empty() ? tag("div", content) : element("div", {{"id", id}}, content));
    return tag("details", inside);
}

Markup code_block(const std::string& code) { return element("pre", {{"tabindex", "0"}}, tag("code", code)); }

Markup markup_of(const DataTable& table) {
    Markup header;
    for (std::size_t i = 0; i < table.header.size(); ++i)
        header << element("th", i == 0 ? Attributes{{"scope", "col"}, {"class", "left"}} : Attributes{{"scope", "col"}},
                          table.header[i]);
    Markup rows;
    for (const std::vector<TableCell>& row : table.rows) {
        Markup cells;
        for (std::size_t i = 0; i < row.size(); ++i) {
            Attributes attributes;
            if (row[i].sorted_by) attributes.emplace_back("data-value", number_as_text(*row[i].sorted_by));
            if (!row[i].kind.empty()) attributes.emplace_back("class", row[i].kind);
            if (i == 0) attributes.emplace_back("scope", "row");
            cells << element(i == 0 ? "th" : "td", attributes, row[i].content);
        }
        rows << tag("tr", cells);
    }
    Markup inside;
    if (!table.caption.empty()) inside << tag("caption", table.caption);
    inside << tag("thead", tag("tr", header)) << tag("tbody", rows);
    const Markup whole = element("table", {{"class", table.sortable ? "sortable" : "plain"}}, inside);
    return element("div", {{"class", "scroll"}, {"tabindex", "0"}, {"role", "region"}, {"aria-label", table.caption}},
                   whole);
}

Markup definitions(const std::vector<std::pair<std::string, Markup>>& entries) {
    Markup inside;
    for (const auto& [name, value] : entries)
        if (!value.empty()) inside << tag("dt", name) << tag("dd", value);
    return tag("dl", inside);
}

}  // namespace graft
