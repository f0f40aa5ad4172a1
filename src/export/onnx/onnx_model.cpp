#include "export/onnx/onnx_model.hpp"

#include <algorithm>
#include <limits>
#include <protozero/pbf_writer.hpp>
#include <set>

#include "export/onnx/onnx_fields.hpp"
#include "graft/core/errors.hpp"
#include "graft/core/version.hpp"

namespace graft {
namespace {

using namespace onnx_fields;

// AttributeProto.AttributeType
constexpr std::int64_t kFloat = 1, kInt = 2, kString = 3, kInts = 7;

std::string encode(const std::string& name, const OnnxAttribute& attribute) {
    std::string bytes;
    protozero::pbf_writer out(bytes);
    out.add_string(Attribute::name, name);
    if (const auto* number = std::get_if<float>(&attribute)) {
        out.add_float(Attribute::f, *number);
        out.add_int64(Attribute::type, kFloat);
    } else if (const auto* integer = std::get_if<std::int64_t>(&attribute)) {
        out.add_int64(Attribute::i, *integer);
        out.add_int64(Attribute::type, kInt);
    } else if (const auto* text = std::get_if<std::string>(&attribute)) {
        out.add_bytes(Attribute::s, *text);
        out.add_int64(Attribute::type, kString);
    } else {
        for (const std::int64_t value : std::get<std::vector<std::int64_t>>(attribute))
            out.add_int64(Attribute::ints, value);
        out.add_int64(Attribute::type, kInts);
    }
    return bytes;
}

std::string encode(const OnnxNode& node) {
    std::string bytes;
    protozero::pbf_writer out(bytes);
    for (const std::string& input : node.inputs) out.add_string(Node::input, input);
    for (const std::string& output : node.outputs) out.add_string(Node::output, output);
    out.add_string(Node::name, node.name);
    out.add_string(Node::op_type, node.op);
    for (const auto& [name, attribute] : node.attributes) out.add_message(Node::attribute, encode(name, attribute));
    return bytes;
}

std::string encode(const OnnxTensor& tensor) {
    std::string bytes;
    protozero::pbf_writer out(bytes);
    for (const std::int64_t size : tensor.shape) out.add_int64(Tensor::dims, size);
    out.add_int64(Tensor::data_type, static_cast<std::int64_t>(tensor.type));
    out.add_string(Tensor::name, tensor.name);
    out.add_bytes(Tensor::raw_data, tensor.bytes);
    return bytes;
}

std::string encode_dimension(std::int64_t size) {
    std::string bytes;
    protozero::pbf_writer out(bytes);
    if (size < 0)
        out.add_string(Dimension::dim_param, "N");
    else
        out.add_int64(Dimension::dim_value, size);
    return bytes;
}

std::string encode(const OnnxPort& port) {
    std::string shape, tensor, type, bytes;
    for (const std::int64_t size : port.shape)
        protozero::pbf_writer(shape).add_message(Shape::dim, encode_dimension(size));
    protozero::pbf_writer tensor_out(tensor);
    tensor_out.add_int64(TensorType::elem_type, static_cast<std::int64_t>(OnnxType::float32));
    tensor_out.add_message(TensorType::shape, shape);
    protozero::pbf_writer(type).add_message(Type::tensor_type, tensor);
    protozero::pbf_writer out(bytes);
    out.add_string(ValueInfo::name, port.name);
    out.add_message(ValueInfo::type, type);
    return bytes;
}

std::string encode_graph(const OnnxModel& model) {
    std::string bytes;
    protozero::pbf_writer out(bytes);
    for (const OnnxNode& node : model.nodes) out.add_message(Graph::node, encode(node));
    out.add_string(Graph::name, "graft");
    for (const OnnxTensor& tensor : model.initializers) out.add_message(Graph::initializer, encode(tensor));
    out.add_message(Graph::input, encode(model.input));
    out.add_message(Graph::output, encode(model.output));
    return bytes;
}

std::string encode_operator_set(std::int64_t opset) {
    std::string bytes;
    protozero::pbf_writer out(bytes);
    out.add_string(OperatorSet::domain, "");
    out.add_int64(OperatorSet::version, opset);
    return bytes;
}

std::string encode_entry(const std::string& key, const std::string& value) {
    std::string bytes;
    protozero::pbf_writer out(bytes);
    out.add_string(Entry::key, key);
    out.add_string(Entry::value, value);
    return bytes;
}

/// ONNX's table of versions: opset 10 came with IR 5, 11 with 6, 12 to 14 with 7, 15 and later with 8.
std::int64_t ir_version(std::int64_t opset) { return opset <= 10 ? 5 : opset == 11 ? 6 : opset <= 14 ? 7 : 8; }

void expect_within_limit(std::size_t bytes) {
    if (bytes > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
        throw Error("the model is larger than 2 GiB, which is more than one ONNX file can hold");
}

}  // namespace

std::string encode(const OnnxModel& model) {
    const std::string graph = encode_graph(model);
    std::string bytes;
    protozero::pbf_writer out(bytes);
    out.add_int64(Model::ir_version, ir_version(model.opset));
    out.add_string(Model::producer_name, "graft");
    out.add_string(Model::producer_version, std::string(version_text()));
    // A length of more than 32 bits would be cut, so the graph is looked at before it goes in.
    expect_within_limit(graph.size());
    out.add_message(Model::graph, graph);
    out.add_message(Model::opset_import, encode_operator_set(model.opset));
    for (const auto& [key, value] : model.metadata) out.add_message(Model::metadata_props, encode_entry(key, value));
    expect_within_limit(bytes.size());
    return bytes;
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
