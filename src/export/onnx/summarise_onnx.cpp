#include "export/onnx/onnx_model.hpp"
#include "export/onnx/wire_reader.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

/// Calls `visit` with every field of a message.
template <class Visit>
void for_each_field(std::string_view message, Visit visit) {
    WireReader reader(message);
    while (const auto field = reader.next()) visit(*field);
}

void read_tensor(std::string_view bytes, OnnxSummary& summary) {
    std::uint64_t values = 1;
    for_each_field(bytes, [&](const WireField& field) {
        if (field.field != 1) return;
        if (field.bytes.empty()) values *= field.number;
        for (WireReader packed(field.bytes); !packed.at_end();) values *= packed.varint();
    });
    summary.parameters += static_cast<std::int64_t>(values);
}

void read_graph(std::string_view bytes, OnnxSummary& summary) {
    for_each_field(bytes, [&](const WireField& field) {
        if (field.field == 5) read_tensor(field.bytes, summary);
        if (field.field != 1) return;
        for_each_field(field.bytes, [&](const WireField& node) {
            if (node.field == 4) ++summary.operators[std::string(node.bytes)];
        });
    });
}

/// The fields of a message of two: (key, value) or (domain, version).
std::pair<std::string, WireField> read_pair(std::string_view bytes) {
    std::pair<std::string, WireField> pair;
    for_each_field(bytes, [&](const WireField& field) {
        if (field.field == 1) pair.first = field.bytes;
        if (field.field == 2) pair.second = field;
    });
    return pair;
}

void read_model_field(const WireField& field, OnnxSummary& summary) {
    switch (field.field) {
        case 1: summary.ir_version = static_cast<std::int64_t>(field.number); break;
        case 2: summary.producer = field.bytes; break;
        case 7: read_graph(field.bytes, summary); break;
        case 8:
            if (const auto [domain, version] = read_pair(field.bytes); domain.empty())
                summary.opset = static_cast<std::int64_t>(version.number);
            break;
        case 14: {
            const auto [key, value] = read_pair(field.bytes);
            summary.metadata[key] = value.bytes;
            break;
        }
        default: break;
    }
}

}  // namespace

OnnxSummary summarise_onnx(std::string_view bytes, const std::string& file) {
    OnnxSummary summary;
    try {
        for_each_field(bytes, [&](const WireField& field) { read_model_field(field, summary); });
    } catch (const DataError& error) {
        throw DataError(file + ": is no ONNX file, or damaged: " + error.what());
    }
    if (summary.ir_version == 0 || summary.opset == 0 || summary.operators.empty())
        throw DataError(file + ": is no ONNX file: it names no version, no operator set or no operators");
    return summary;
}

}  // namespace graft
