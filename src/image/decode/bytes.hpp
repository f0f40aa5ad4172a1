/// @file
/// Numbers out of file headers, in either byte order. Reading past the end is DataError, not undefined.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "graft/core/errors.hpp"

namespace graft {

/// The byte at `at`. Throws DataError when the bytes end before it, as do the functions below.
inline std::uint32_t byte_at(std::string_view bytes, std::size_t at) {
    if (at >= bytes.size()) throw DataError("truncated: it ends inside its header");
    return static_cast<unsigned char>(bytes[at]);
}

inline std::uint32_t little_u16(std::string_view bytes, std::size_t at) {
    return byte_at(bytes, at) | byte_at(bytes, at + 1) << 8;
}
inline std::uint32_t little_u24(std::string_view bytes, std::size_t at) {
    return little_u16(bytes, at) | byte_at(bytes, at + 2) << 16;
}
inline std::uint32_t little_u32(std::string_view bytes, std::size_t at) {
    return little_u24(bytes, at) | byte_at(bytes, at + 3) << 24;
}
inline std::uint32_t big_u16(std::string_view bytes, std::size_t at) {
    return byte_at(bytes, at) << 8 | byte_at(bytes, at + 1);
}
inline std::uint32_t big_u32(std::string_view bytes, std::size_t at) {
    return big_u16(bytes, at) << 16 | big_u16(bytes, at + 2);
}

}  // namespace graft
