/// @file
/// Words for people: the one formatter, numbers, lists, and text that somebody else wrote.
#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "core/enum_names.hpp"

namespace graft {

[[nodiscard]] std::string shown(std::string_view text);

namespace detail {

/// A value on its way into a text, without its type: so {fmt} is compiled once, in text.cpp.
using TextValue = std::variant<bool, std::int64_t, std::uint64_t, double, std::string>;

template <class Value>
TextValue text_value(const Value& value) {
    if constexpr (std::same_as<Value, bool>)
        return value;
    else if constexpr (std::same_as<Value, char>)
        return std::string(1, value);
    else if constexpr (std::is_enum_v<Value>)
        return std::string(text_of(value));
    else if constexpr (std::signed_integral<Value>)
        return static_cast<std::int64_t>(value);
    else if constexpr (std::unsigned_integral<Value>)
        return static_cast<std::uint64_t>(value);
    else if constexpr (std::floating_point<Value>)
        return static_cast<double>(value);
    else if constexpr (std::same_as<Value, std::filesystem::path>)
        return shown(value.string());
    else
        return std::string(std::string_view(value));
}

/// A pattern whose replacement fields are counted when it is compiled.
template <std::size_t Values>
struct TextPattern {
    // NOLINTNEXTLINE(google-explicit-constructor): reads as a literal
    consteval TextPattern(const char* literal) : text(literal) {
        std::size_t fields = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] != '{') continue;
            if (i + 1 < text.size() && text[i + 1] == '{')
                ++i;
            else
                ++fields;
        }
        if (fields != Values) throw "a pattern with another number of fields than there are values";
    }
    std::string_view text;
};

std::string format_values(std::string_view pattern, std::span<const TextValue> values);

}  // namespace detail

/// `pattern` with a value for each `{}`, in {fmt}'s notation: `format_text("{} of {:.4f}", 3, x)`. Values are numbers,
/// text, paths and enums that have names. A pattern with another number of fields does not compile.
template <class... Values>
[[nodiscard]] std::string format_text(detail::TextPattern<sizeof...(Values)> pattern, const Values&... values) {
    const std::vector<detail::TextValue> all{detail::text_value(values)...};
    return detail::format_values(pattern.text, all);
}

// --- Numbers ---------------------------------------------------------------------------------------------------------

/// A number as people write it, and in full: "0.0001", "20", "1000000", "1e-05".
[[nodiscard]] std::string number_as_text(double value);
/// Four significant digits, for figures in remarks: "0.2691", "12.35", "1e-05".
[[nodiscard]] std::string four_digits(double value);
/// "0.9643".
[[nodiscard]] std::string four_decimals(double value);
/// "1,234,567".
[[nodiscard]] std::string with_commas(std::int64_t number);
/// "1,234 MB"; below 1 MB in kB, rounded up, so that only nothing is "0 kB".
[[nodiscard]] std::string size_text(std::uint64_t bytes);
/// "1 image", "3 images", "1,234 images"; `plural` where it is not the noun with an s: count_of(2, "class", "classes").
[[nodiscard]] std::string count_of(std::uint64_t count, std::string_view noun, std::string_view plural = "");
/// Sizes of a tensor or a picture: "3 x 224 x 224".
[[nodiscard]] std::string shape_text(std::span<const std::int64_t> shape);
/// The same as programs write it: "[64,3,7,7]", "[]" for a single number.
[[nodiscard]] std::string bracketed_shape(std::span<const std::int64_t> shape);

// --- Lists -----------------------------------------------------------------------------------------------------------

/// "a, b, c".
[[nodiscard]] std::string joined(std::span<const std::string> items, std::string_view separator = ", ");

// --- Text that somebody else wrote -----------------------------------------------------------------------------------

/// Whether `text` is well-formed UTF-8 (no overlong forms, no surrogates).
[[nodiscard]] bool is_utf8(std::string_view text);

/// A file's or a class's name as UTF-8 that anything may hold and show. Each byte that is not UTF-8 or belongs to a
/// control character is written as `\xHH`, two upper-case digits: "Bl\xFCte.jpg". A backslash stays one, but for the
/// one that would be read as such a byte: that is `\x5C`. Two names are never written alike.
[[nodiscard]] std::string escaped(std::string_view name);
/// The bytes that escaped() wrote. Text without `\xHH` stands for itself.
[[nodiscard]] std::string unescaped(std::string_view text);
/// Text for people, such as a message with a path in it: control characters and broken UTF-8 are written as escaped()
/// does, backslashes stay, so that text which was escaped already does not change.
[[nodiscard]] std::string shown(std::string_view text);
/// The same line by line: line ends stay.
[[nodiscard]] std::string shown_lines(std::string_view text);
/// The one form (NFC) of texts that look alike and differ in bytes: "e" with an accent behind it becomes the letter
/// "é". Text that is not UTF-8 stays as it is.
[[nodiscard]] std::string composed(std::string_view text);
/// Whether people would take one text for the other: they differ in invisible characters, white space at the ends or
/// forms of the same letters alone.
[[nodiscard]] bool look_alike(std::string_view a, std::string_view b);
/// `text` without control characters and broken UTF-8 (each such byte becomes '?'), at most 100 bytes of it.
[[nodiscard]] std::string printable(std::string_view text);
/// What other libraries' exceptions say, in one line: TorchScript's errors end in what tells people something,
/// LibTorch's begin with it and go on with a stack trace.
[[nodiscard]] std::string cause_in(const std::string& what);

}  // namespace graft
