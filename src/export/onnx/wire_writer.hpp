/// @file
/// Protocol Buffers' wire format, as far as ONNX files need it.
/// Source: https://protobuf.dev/programming-guides/encoding/
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace graft {

/// One message in the making. Fields are written in the order of the calls.
class WireWriter {
public:
    /// Negative numbers take ten bytes, as the format demands of int64.
    WireWriter& integer(std::uint32_t field, std::int64_t value);
    WireWriter& number(std::uint32_t field, float value);
    WireWriter& text(std::uint32_t field, std::string_view bytes);
    WireWriter& message(std::uint32_t field, const WireWriter& message) { return text(field, message.bytes_); }

    [[nodiscard]] const std::string& bytes() const& { return bytes_; }
    [[nodiscard]] std::string bytes() && { return std::move(bytes_); }

private:
    void varint(std::uint64_t value);
    void key(std::uint32_t field, std::uint32_t wire_type) { varint(std::uint64_t{field} << 3 | wire_type); }

    std::string bytes_;
};

}  // namespace graft
