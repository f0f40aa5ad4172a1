#include "app/text_layout.hpp"

#include <algorithm>
#include <cstdio>

namespace graft {
namespace {

bool begins_code_point(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

}  // namespace

std::size_t display_width(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, begins_code_point));
}

std::string cut_to_width(std::string_view text, std::size_t columns) {
    std::size_t width = 0;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (begins_code_point(text[i]) && ++width > columns) return std::string(text.substr(0, i));
    return std::string(text);
}

std::string with_commas(std::int64_t number) {
    std::string text = std::to_string(number);
    const std::ptrdiff_t first_digit = number < 0 ? 1 : 0;
    for (auto i = static_cast<std::ptrdiff_t>(text.size()) - 3; i > first_digit; i -= 3)
        text.insert(static_cast<std::size_t>(i), ",");
    return text;
}

std::string size_text(std::uint64_t bytes) {
    if (bytes < 1'000'000) return std::to_string((bytes + 999) / 1'000) + " kB";
    return with_commas(static_cast<std::int64_t>((bytes + 500'000) / 1'000'000)) + " MB";
}

std::string four_decimals(double value) {
    char text[64];
    std::snprintf(text, sizeof text, "%.4f", value);
    return text;
}

std::string aligned(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
    }
    std::string text;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string space(widths[i] - display_width(row[i]), ' ');
            const bool last = i + 1 == row.size();
            text += i == 0 ? row[i] + (last ? "" : space) : "  " + space + row[i];
        }
        text += "\n";
    }
    return text;
}

}  // namespace graft
