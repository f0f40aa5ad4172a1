#include "data/list/likely_separator.hpp"

#include <string_view>
#include <unordered_map>
#include <vector>

namespace graft {
namespace {

std::vector<std::string_view> parts_between(std::string_view text, char mark) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t end = text.find(mark);
        std::string_view part = text.substr(0, end);
        while (part.starts_with(' ')) part.remove_prefix(1);
        while (part.ends_with(' ')) part.remove_suffix(1);
        parts.push_back(part);
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

}  // namespace

std::optional<LikelySeparator> likely_separator(std::span<const std::string> labels, TargetKind kind) {
    const std::string_view marks = kind == TargetKind::labels ? "|;," : "|;";
    for (const char mark : marks) {
        std::unordered_map<std::string_view, std::size_t> labels_with;  // of each part
        for (const std::string& label : labels)
            for (const std::string_view part : parts_between(label, mark)) ++labels_with[part];
        for (const std::string& label : labels) {
            if (label.find(mark) == std::string::npos) continue;
            for (const std::string_view part : parts_between(label, mark))
                if (!part.empty() && labels_with[part] > 1) return LikelySeparator{mark, label};
        }
    }
    return std::nullopt;
}

}  // namespace graft
