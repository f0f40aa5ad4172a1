#include "core/text.hpp"

#include <fmt/args.h>
#include <utf8proc.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <optional>

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

/// Whether `text` starts with a control character: below U+0020, U+007F to U+009F.
bool starts_with_control(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    if (first < 0x20 || first == 0x7F) return true;
    return first == 0xC2 && text.size() > 1 && static_cast<unsigned char>(text[1]) < 0xA0;
}

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

std::string byte_as_text(char byte) {
    const auto value = static_cast<unsigned char>(byte);
    return {'\\', 'x', kHexDigits[value >> 4], kHexDigits[value & 15]};
}

/// The byte that `text` starts with in the form of byte_as_text, or nothing.
std::optional<char> written_byte(std::string_view text) {
    if (text.size() < 4 || text[0] != '\\' || text[1] != 'x') return std::nullopt;
    const std::size_t high = kHexDigits.find(text[2]), low = kHexDigits.find(text[3]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    return static_cast<char>(high << 4 | low);
}

/// A form of a text that utf8proc makes. Text that is not UTF-8, or plain ASCII with nothing to change, stays as it is.
std::string mapped(std::string_view text, int options) {
    const bool plain = std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c < 0x7F; });
    if (plain || !is_utf8(text)) return std::string(text);
    utf8proc_uint8_t* made = nullptr;
    const utf8proc_ssize_t size =
        utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                     &made, static_cast<utf8proc_option_t>(options));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(made, &std::free);
    if (size < 0) return std::string(text);
    return {reinterpret_cast<const char*>(made), static_cast<std::size_t>(size)};
}

}  // namespace

namespace detail {

std::string format_values(std::string_view pattern, std::span<const TextValue> values) {
    fmt::dynamic_format_arg_store<fmt::format_context> store;
    for (const TextValue& value : values) std::visit([&](const auto& held) { store.push_back(held); }, value);
    return fmt::vformat({pattern.data(), pattern.size()}, store);
}

}  // namespace detail

std::string number_as_text(double value) {
    const double size = std::abs(value);
    const bool plain = size == 0 || (size >= 1e-4 && size < 1e15);
    char text[32];
    const auto end =
        std::to_chars(text, text + sizeof text, value, plain ? std::chars_format::fixed : std::chars_format::general);
    return {text, end.ptr};
}

// The sign of NaN says nothing.
std::string four_digits(double value) { return std::isnan(value) ? "nan" : format_text("{:.4g}", value); }

std::string four_decimals(double value) { return std::isnan(value) ? "nan" : format_text("{:.4f}", value); }

std::string with_commas(std::int64_t number) {
    std::string text = format_text("{}", number);
    const std::ptrdiff_t first_digit = number < 0 ? 1 : 0;
    for (auto i = static_cast<std::ptrdiff_t>(text.size()) - 3; i > first_digit; i -= 3)
        text.insert(static_cast<std::size_t>(i), ",");
    return text;
}

std::string size_text(std::uint64_t bytes) {
    if (bytes < 1'000'000) return format_text("{} kB", (bytes + 999) / 1'000);
    return with_commas(static_cast<std::int64_t>((bytes + 500'000) / 1'000'000)) + " MB";
}

std::string count_of(std::uint64_t count, std::string_view noun, std::string_view plural) {
    const std::string number = with_commas(static_cast<std::int64_t>(count));
    if (count == 1) return format_text("{} {}", number, noun);
    return plural.empty() ? format_text("{} {}s", number, noun) : format_text("{} {}", number, plural);
}

std::string shape_text(std::span<const std::int64_t> shape) {
    std::string text;
    for (const std::int64_t size : shape) text += format_text("{}{}", text.empty() ? "" : " x ", size);
    return text;
}

std::string bracketed_shape(std::span<const std::int64_t> shape) {
    std::string text = "[";
    for (const std::int64_t size : shape) text += format_text("{}{}", text.size() == 1 ? "" : ",", size);
    return text + "]";
}

std::string joined(std::span<const std::string> items, std::string_view separator) {
    std::string text;
    for (const std::string& item : items) {
        if (&item != items.data()) text += separator;
        text += item;
    }
    return text;
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string shown(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        const std::string_view character = text.substr(0, std::max<std::size_t>(length, 1));
        if (length == 0 || starts_with_control(text))
            for (const char byte : character) result += byte_as_text(byte);
        else
            result += character;
        text.remove_prefix(character.size());
    }
    return result;
}

std::string shown_lines(std::string_view text) {
    std::string result;
    for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        result += shown(text.substr(0, end)) + "\n";
        text.remove_prefix(end + 1);
    }
    return result + shown(text);
}

std::string escaped(std::string_view name) {
    std::string unambiguous;
    for (; !name.empty(); name.remove_prefix(1))
        unambiguous += written_byte(name) ? byte_as_text('\\') : std::string(1, name.front());
    return shown(unambiguous);
}

std::string unescaped(std::string_view text) {
    std::string bytes;
    while (!text.empty()) {
        const std::optional<char> byte = written_byte(text);
        bytes += byte.value_or(text.front());
        text.remove_prefix(byte ? 4 : 1);
    }
    return bytes;
}

std::string composed(std::string_view text) { return mapped(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE); }

bool look_alike(std::string_view a, std::string_view b) {
    const auto seen = [](std::string_view text) {
        std::string form =
            mapped(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_IGNORE | UTF8PROC_STRIPCC);
        form.erase(form.find_last_not_of(' ') + 1);
        return form.substr(std::min(form.find_first_not_of(' '), form.size()));
    };
    return seen(a) == seen(b);
}

std::string printable(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        if (shown.size() >= kLongestShown) return shown + "...";
        const std::size_t length = character_length(text);
        if (length == 0 || starts_with_control(text))
            shown += '?';
        else
            shown += text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return shown;
}

std::string cause_in(const std::string& what) {
    const std::size_t cause = what.find("RuntimeError: ");
    const std::size_t begin = cause == std::string::npos ? std::min(what.find_first_not_of('\n'), what.size()) : cause;
    return what.substr(begin, what.find('\n', begin) - begin);
}

}  // namespace graft
