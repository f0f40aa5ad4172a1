/// @file
/// What stands between separators in a cell.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace graft {

/// The parts of a text, empty ones too, without the spaces around them; the whole text where there is no separator.
[[nodiscard]] inline std::vector<std::string_view> parts_between(std::string_view text,
                                                                 const std::optional<std::string_view>& separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t end = separator ? text.find(*separator) : std::string_view::npos;
        std::string_view part = text.substr(0, end);
        while (part.starts_with(' ')) part.remove_prefix(1);
        while (part.ends_with(' ')) part.remove_suffix(1);
        parts.push_back(part);
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + separator->size());
    }
}

}  // namespace graft
