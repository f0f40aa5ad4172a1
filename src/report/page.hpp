/// @file
/// The pieces that a page is put together from.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "report/markup.hpp"

namespace graft {

struct PageSection {
    std::string id, heading;
    Markup body;
    std::string brief = {};  ///< in the list of contents; empty: the heading
};

struct Page {
    std::string title, kicker;
    Markup subtitle;
    std::vector<PageSection> sections;  ///< those without a body are left out
    int refresh_seconds = 0;            ///< how often a browser reads the page again; 0: never
};

/// A whole document that needs nothing besides.
[[nodiscard]] std::string document_of(const Page& page);

[[nodiscard]] Markup paragraph(const Markup& content);
/// In a softer colour: explanations.
[[nodiscard]] Markup remark(const Markup& content);
[[nodiscard]] Markup link_to(const std::string& address, const Markup& words);
[[nodiscard]] Markup figure_of(const std::string& caption, const std::string& remark, const Markup& picture);
/// What is shown when a line is clicked. @param id of what is inside: a link to it opens it
[[nodiscard]] Markup folded(const Markup& line, const std::string& id, const Markup& content);
/// Text as a program is typed.
[[nodiscard]] Markup code_block(const std::string& code);

struct TableCell {
    TableCell(Markup cell) : content(std::move(cell)) {}   // NOLINT(google-explicit-constructor)
    TableCell(const std::string& text) : content(text) {}  // NOLINT(google-explicit-constructor)
    TableCell(const char* text) : content(text) {}         // NOLINT(google-explicit-constructor)
    TableCell(Markup cell, double value) : content(std::move(cell)), sorted_by(value) {}
    Markup content;
    std::optional<double> sorted_by;
    std::string kind = {};  ///< "wide": takes the room that is left
};
struct DataTable {
    std::string caption;
    std::vector<std::string> header;
    std::vector<std::vector<TableCell>> rows;  ///< the first cell is the row's name
    bool sortable = false;
};
[[nodiscard]] Markup markup_of(const DataTable& table);

/// Names and what they stand for; empty values are left out.
[[nodiscard]] Markup definitions(const std::vector<std::pair<std::string, Markup>>& entries);

}  // namespace graft
