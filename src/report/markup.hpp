/// @file
/// HTML and SVG as values. Text becomes markup by being escaped, so that no name from a file can end an element.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace graft {

/// Well-formed, escaped markup: a sequence of elements and text.
class Markup {
public:
    Markup() = default;
    // NOLINTBEGIN(google-explicit-constructor): text is content like any other, and is escaped here
    Markup(const char* text) : Markup(std::string_view(text)) {}
    Markup(const std::string& text) : Markup(std::string_view(text)) {}
    Markup(std::string_view text);
    // NOLINTEND(google-explicit-constructor)
    /// What was written as markup in the source code: style sheets, scripts. Never of text from a file.
    [[nodiscard]] static Markup trusted(std::string text);

    Markup& operator<<(const Markup& more) {
        text_ += more.text_;
        return *this;
    }
    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] bool empty() const { return text_.empty(); }

private:
    std::string text_;
};

/// An attribute; its value is escaped. Numbers are written as short as a picture needs.
struct Attribute {
    Attribute(std::string_view attribute, std::string text) : name(attribute), value(std::move(text)) {}
    Attribute(std::string_view attribute, const char* text) : name(attribute), value(text) {}
    Attribute(std::string_view attribute, double number);
    std::string_view name;
    std::string value;
};
using Attributes = std::vector<Attribute>;

/// `<name attributes>content</name>`. Elements without content that HTML never closes (img, meta, …) have no end tag.
[[nodiscard]] Markup element(std::string_view name, const Attributes& attributes, const Markup& content = {});
/// `<name>content</name>`.
[[nodiscard]] Markup tag(std::string_view name, const Markup& content);

/// The text with &, <, >, " and ' escaped. What is not UTF-8 and control characters are written as shown() does.
[[nodiscard]] std::string html_escaped(std::string_view text);

/// A number in an attribute: two digits behind the point at most.
[[nodiscard]] std::string short_number(double value);

}  // namespace graft
