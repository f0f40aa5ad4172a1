/// @file
/// Reads one field after the other of a message in Protocol Buffers' wire format.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace graft {

/// A field: `number` for integers and fixed-size values, `bytes` for text and messages.
struct WireField {
    std::uint64_t field = 0, number = 0;
    std::string_view bytes;
};

class WireReader {
public:
    /// @param message must outlive the reader and the fields
    explicit WireReader(std::string_view message) : rest_(message) {}

    /// The next field, or nothing at the end. Throws DataError "cut off" or "unknown wire type".
    [[nodiscard]] std::optional<WireField> next();

    /// For packed numbers, which have no keys: the next one. Throws as next().
    [[nodiscard]] std::uint64_t varint();
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

private:
    std::uint64_t fixed(std::size_t size);
    std::string_view take(std::uint64_t size);

    std::string_view rest_;
};

}  // namespace graft
