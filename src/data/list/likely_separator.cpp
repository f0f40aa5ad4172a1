#include "data/list/likely_separator.hpp"

#include <string_view>
#include <unordered_map>

#include "data/list/label_parts.hpp"

namespace graft {
std::optional<LikelySeparator> likely_separator(std::span<const std::string> labels, TargetKind kind) {
    const std::string_view marks = kind == TargetKind::labels ? "|;," : "|;";
    for (const char mark : marks) {
        const std::string_view separator(&mark, 1);
        std::unordered_map<std::string_view, std::size_t> labels_with;  // of each part
        for (const std::string& label : labels)
            for (const std::string_view part : parts_between(label, separator)) ++labels_with[part];
        for (const std::string& label : labels) {
            if (label.find(mark) == std::string::npos) continue;
            for (const std::string_view part : parts_between(label, separator))
                if (!part.empty() && labels_with[part] > 1) return LikelySeparator{mark, label};
        }
    }
    return std::nullopt;
}

}  // namespace graft
