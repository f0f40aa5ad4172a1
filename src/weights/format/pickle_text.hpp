/// @file
/// Numbers and texts as a pickle writes them. `in` gives the place of a DataError.
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>

#include "weights/format/byte_reader.hpp"

namespace graft {

/// Two's complement, little-endian, of up to eight bytes.
[[nodiscard]] inline std::int64_t integer_in(std::string_view bytes) {
    std::uint64_t value = !bytes.empty() && (bytes.back() & 0x80) != 0 ? ~std::uint64_t{0} : 0;  // sign extension
    for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return static_cast<std::int64_t>(value);
}

/// Decimal digits.
template <class Number>
[[nodiscard]] Number number_in(std::string_view digits, const ByteReader& in) {
    Number number{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || end != digits.data() + digits.size())
        in.fail(format_text("has \"{}\" where a number belongs", printable(digits)));
    return number;
}

[[nodiscard]] inline std::string_view without_escapes(std::string_view text, const ByteReader& in) {
    if (text.find('\\') != std::string_view::npos) in.fail("has a text with escapes, which only protocol 0 writes");
    return text;
}

[[nodiscard]] inline std::string_view unquoted(std::string_view text, const ByteReader& in) {
    const bool quoted = text.size() >= 2 && text.front() == text.back() && (text[0] == '\'' || text[0] == '"');
    if (!quoted) in.fail("has a text without quotes");
    return without_escapes(text, in).substr(1, text.size() - 2);
}

}  // namespace graft
