#include "report/markup.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/text.hpp"

namespace graft {
namespace {

constexpr std::array<std::string_view, 5> kNeverClosed = {"img", "meta", "br", "hr", "link"};

std::string opening(std::string_view name, const Attributes& attributes) {
    std::string text = "<" + std::string(name);
    for (const Attribute& attribute : attributes) {
        text += " ";
        text += attribute.name;
        text += "=\"" + html_escaped(attribute.value) + "\"";
    }
    return text + ">";
}

}  // namespace

std::string html_escaped(std::string_view text) {
    std::string safe;
    safe.reserve(text.size());
    for (const char c : shown_lines(text)) switch (c) {
            case '&': safe += "&amp;"; break;
            case '<': safe += "&lt;"; break;
            case '>': safe += "&gt;"; break;
            case '"': safe += "&quot;"; break;
            case '\'': safe += "&#39;"; break;
            default: safe += c;
        }
    return safe;
}

std::string short_number(double value) {
    std::array<char, 64> text{};
    char* end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, 2).ptr;
    while (end[-1] == '0') --end;
    if (end[-1] == '.') --end;
    const std::string number(text.data(), end);
    return number == "-0" ? "0" : number;
}

Markup::Markup(std::string_view text) : text_(html_escaped(text)) {}

Markup Markup::trusted(std::string text) {
    Markup markup;
    markup.text_ = std::move(text);
    return markup;
}

Attribute::Attribute(std::string_view attribute, double number) : name(attribute), value(short_number(number)) {}

Markup element(std::string_view name, const Attributes& attributes, const Markup& content) {
    std::string text = opening(name, attributes) + content.text();
    if (std::ranges::find(kNeverClosed, name) == kNeverClosed.end()) text += "</" + std::string(name) + ">";
    return Markup::trusted(std::move(text));
}

Markup tag(std::string_view name, const Markup& content) { return element(name, Attributes{}, content); }

}  // namespace graft
