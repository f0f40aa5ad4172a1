#include "record/table_names.hpp"

#include <set>

#include "core/text.hpp"
#include "record/csv.hpp"

namespace graft {
namespace {

constexpr char kBetweenClasses = '|';

std::string in_class_cell(std::string_view name) {
    std::string text;
    for (const char letter : name) text += letter == kBetweenClasses ? "\\x7C" : std::string(1, letter);
    return text;
}

}  // namespace

std::vector<std::string> headings_of(std::span<const std::string> own, std::span<const std::string> fixed) {
    const std::set<std::string> others(fixed.begin(), fixed.end());
    std::set<std::string> taken(own.begin(), own.end());
    taken.insert(fixed.begin(), fixed.end());
    std::vector<std::string> headings;
    for (const std::string& name : own) {
        std::string heading = name;
        if (others.contains(name))
            for (int n = 2; taken.contains(heading); ++n) heading = format_text("{}_{}", name, n);
        taken.insert(heading);
        headings.push_back(heading);
    }
    return headings;
}

std::string csv_line(std::span<const std::string> cells) {
    std::vector<std::string> fields;
    for (const std::string& cell : cells) fields.push_back(csv_field(cell));
    return joined(fields, ",");
}

std::string class_cell(std::span<const std::string> classes) {
    std::vector<std::string> names;
    for (const std::string& name : classes) names.push_back(in_class_cell(name));
    return joined(names, std::string(1, kBetweenClasses));
}

bool names_class(std::string_view cell, const std::string& name) {
    const std::string written = in_class_cell(name);
    while (true) {
        const std::size_t end = cell.find(kBetweenClasses);
        if (cell.substr(0, end) == written) return true;
        if (end == std::string_view::npos) return false;
        cell.remove_prefix(end + 1);
    }
}

}  // namespace graft
