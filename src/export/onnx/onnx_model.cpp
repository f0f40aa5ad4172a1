#include "export/onnx/onnx_model.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "core/embedded.hpp"
#include "export/onnx/wire_writer.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

// AttributeProto.AttributeType
constexpr std::int64_t kFloat = 1, kInt = 2, kString = 3, kInts = 7;

WireWriter encode(const std::string& name, const OnnxAttribute& attribute) {
    WireWriter out;
    out.text(1, name);
    if (const auto* number = std::get_if<float>(&attribute)) {
        out.number(2, *number).integer(20, kFloat);
    } else if (const auto* integer = std::get_if<std::int64_t>(&attribute)) {
        out.integer(3, *integer).integer(20, kInt);
    } else if (const auto* text = std::get_if<std::string>(&attribute)) {
        out.text(4, *text).integer(20, kString);
    } else {
        for (const std::int64_t value : std::get<std::vector<std::int64_t>>(attribute)) out.integer(8, value);
        out.integer(20, kInts);
    }
    return out;
}

WireWriter encode(const OnnxNode& node) {
    WireWriter out;
    for (const std::string& input : node.inputs) out.text(1, input);
    for (const std::string& output : node.outputs) out.text(2, output);
    out.text(3, node.name).text(4, node.op);
    for (const auto& [name, attribute] : node.attributes) out.message(5, encode(name, attribute));
    return out;
}

WireWriter encode(const OnnxTensor& tensor) {
    WireWriter out;
    for (const std::int64_t size : tensor.shape) out.integer(1, size);
    out.integer(2, static_cast<std::int64_t>(tensor.type)).text(8, tensor.name).text(9, tensor.bytes);
    return out;
}

WireWriter encode(const OnnxPort& port) {
    WireWriter shape;
    for (const std::int64_t size : port.shape)
        shape.message(1, size < 0 ? WireWriter().text(2, "N") : WireWriter().integer(1, size));
    WireWriter tensor;
    tensor.integer(1, static_cast<std::int64_t>(OnnxType::float32)).message(2, shape);
    return WireWriter().text(1, port.name).message(2, WireWriter().message(1, tensor));
}

/// ONNX's table of versions: opset 10 came with IR 5, 11 with 6, 12 to 14 with 7, 15 and later with 8.
std::int64_t ir_version(std::int64_t opset) { return opset <= 10 ? 5 : opset == 11 ? 6 : opset <= 14 ? 7 : 8; }

}  // namespace

std::string encode(const OnnxModel& model) {
    WireWriter graph;
    for (const OnnxNode& node : model.nodes) graph.message(1, encode(node));
    graph.text(2, "graft");
    for (const OnnxTensor& tensor : model.initializers) graph.message(5, encode(tensor));
    graph.message(11, encode(model.input)).message(12, encode(model.output));
    WireWriter out;
    out.integer(1, ir_version(model.opset)).text(2, "graft").text(3, version_text()).message(7, graph);
    out.message(8, WireWriter().text(1, "").integer(2, model.opset));
    for (const auto& [key, value] : model.metadata) out.message(14, WireWriter().text(1, key).text(2, value));
    if (out.bytes().size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
        throw Error("the model is larger than 2 GiB, which is more than one ONNX file can hold");
    return std::move(out).bytes();
}

void drop_unused(OnnxModel& model) {
    std::set<std::string> needed{model.output.name};
    std::vector<OnnxNode> kept;
    for (auto node = model.nodes.rbegin(); node != model.nodes.rend(); ++node) {
        const auto is_needed = [&](const std::string& name) { return needed.contains(name); };
        if (std::ranges::none_of(node->outputs, is_needed)) continue;
        needed.insert(node->inputs.begin(), node->inputs.end());
        kept.push_back(std::move(*node));
    }
    std::ranges::reverse(kept);
    model.nodes = std::move(kept);
    std::erase_if(model.initializers, [&](const OnnxTensor& tensor) { return !needed.contains(tensor.name); });
}

}  // namespace graft
