/// @file
/// Little-endian numbers and runs of bytes, taken from the front of a file's bytes; every read is bounds-checked.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {

/// Reads `bytes` from front to back. `where` names the file in messages; both must outlive the reader.
class ByteReader {
public:
    ByteReader(std::string_view bytes, std::string_view where) : bytes_(bytes), where_(where) {}

    [[nodiscard]] std::size_t position() const noexcept { return position_; }
    [[nodiscard]] std::size_t remaining() const noexcept { return bytes_.size() - position_; }
    [[nodiscard]] std::string_view where() const noexcept { return where_; }

    /// The next `count` bytes; `what` says in the message of a file that is cut off what they would have been.
    std::string_view take(std::uint64_t count, std::string_view what) {
        if (count > remaining()) fail_cut_off(count, what);
        const std::string_view taken = bytes_.substr(position_, static_cast<std::size_t>(count));
        position_ += taken.size();
        return taken;
    }

    /// The next little-endian integer, for example `number<std::uint32_t>("a length")`.
    template <std::integral Number>
    Number number(std::string_view what) {
        std::uint64_t value = 0;
        const std::string_view taken = take(sizeof(Number), what);
        for (std::size_t i = 0; i < taken.size(); ++i)
            value |= static_cast<std::uint64_t>(static_cast<unsigned char>(taken[i])) << (8 * i);
        return static_cast<Number>(value);
    }

    /// The bytes up to the next line feed, which is consumed but not returned.
    std::string_view line(std::string_view what) {
        const std::size_t end = bytes_.find('\n', position_);
        if (end == std::string_view::npos) fail_cut_off(remaining() + 1, what);
        const std::string_view taken = bytes_.substr(position_, end - position_);
        position_ = end + 1;
        return taken;
    }

    /// Throws DataError "<where>: <problem> (at byte <position>)".
    [[noreturn]] void fail(const std::string& problem) const {
        throw DataError(format_text("{}: {} (at byte {})", where_, problem, position_));
    }

private:
    [[noreturn]] void fail_cut_off(std::uint64_t wanted, std::string_view what) const {
        fail(format_text("is damaged or cut off: {} needs {} bytes, {} are left", what, wanted, remaining()));
    }

    std::string_view bytes_;
    std::string_view where_;
    std::size_t position_ = 0;
};

}  // namespace graft
