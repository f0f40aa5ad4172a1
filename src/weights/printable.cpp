#include "weights/printable.hpp"

#include <cstddef>

namespace graft {
namespace {

constexpr std::size_t kLongestShown = 100;

bool is_continuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

/// The length of the UTF-8 character that `text` starts with, or 0 when it is not one.
std::size_t character_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if (!is_continuation(byte(i))) return 0;
    const unsigned char second = byte(1);
    const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    const bool surrogate = first == 0xED && second > 0x9F;
    const bool beyond_unicode = first == 0xF4 && second > 0x8F;
    return overlong || surrogate || beyond_unicode ? 0 : length;
}

}  // namespace

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string printable(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        if (shown.size() >= kLongestShown) return shown + "...";
        const std::size_t length = character_length(text);
        const auto first = static_cast<unsigned char>(text.front());
        // U+0080 to U+009F (0xC2 0x80 to 0xC2 0x9F) are control characters too.
        const bool control = first < 0x20 || first == 0x7F ||
                             (length == 2 && first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0);
        if (length == 0 || control)
            shown += '?';
        else
            shown += text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return shown;
}

}  // namespace graft
