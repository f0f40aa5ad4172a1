#include "export/onnx/wire_writer.hpp"

#include <bit>

namespace graft {
namespace {

constexpr std::uint32_t kVarint = 0, kLengthDelimited = 2, kFixed32 = 5;

}  // namespace

void WireWriter::varint(std::uint64_t value) {
    for (; value > 0x7F; value >>= 7) bytes_.push_back(static_cast<char>((value & 0x7F) | 0x80));
    bytes_.push_back(static_cast<char>(value));
}

WireWriter& WireWriter::integer(std::uint32_t field, std::int64_t value) {
    key(field, kVarint);
    varint(static_cast<std::uint64_t>(value));
    return *this;
}

WireWriter& WireWriter::number(std::uint32_t field, float value) {
    key(field, kFixed32);
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8) bytes_.push_back(static_cast<char>(bits >> shift & 0xFF));
    return *this;
}

WireWriter& WireWriter::text(std::uint32_t field, std::string_view bytes) {
    key(field, kLengthDelimited);
    varint(bytes.size());
    bytes_.append(bytes);
    return *this;
}

}  // namespace graft
