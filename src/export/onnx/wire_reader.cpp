#include "export/onnx/wire_reader.hpp"

#include <string>

#include "graft/core/errors.hpp"

namespace graft {

std::string_view WireReader::take(std::uint64_t size) {
    if (size > rest_.size()) throw DataError("cut off in the middle of a field");
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
}

std::uint64_t WireReader::varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const auto byte = static_cast<unsigned char>(take(1).front());
        value |= std::uint64_t{byte & 0x7FU} << shift;
        if (byte < 0x80) return value;
    }
    throw DataError("a number longer than ten bytes");
}

std::uint64_t WireReader::fixed(std::size_t size) {
    std::uint64_t value = 0;
    unsigned shift = 0;
    for (const char byte : take(size)) {
        value |= std::uint64_t{static_cast<unsigned char>(byte)} << shift;
        shift += 8;
    }
    return value;
}

std::optional<WireField> WireReader::next() {
    if (rest_.empty()) return std::nullopt;
    const std::uint64_t key = varint();
    WireField field{.field = key >> 3};
    switch (key & 7) {
        case 0: field.number = varint(); break;
        case 1: field.number = fixed(8); break;
        case 2: field.bytes = take(varint()); break;
        case 5: field.number = fixed(4); break;
        default: throw DataError("a field of unknown wire type " + std::to_string(key & 7));
    }
    return field;
}

}  // namespace graft
