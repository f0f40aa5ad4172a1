#include <protozero/pbf_reader.hpp>
#include <set>

#include "core/text.hpp"
#include "export/onnx/onnx_fields.hpp"
#include "export/onnx/onnx_model.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

using namespace onnx_fields;
using protozero::pbf_reader;

constexpr int kDeepestGraph = 16;  // graphs within the nodes of graphs

// A field as protozero tells it: its number and how it is stored. Fields that are stored in another way are passed
// over.
constexpr std::uint32_t number(std::uint32_t field) {
    return protozero::tag_and_type(field, protozero::pbf_wire_type::varint);
}
constexpr std::uint32_t bytes(std::uint32_t field) {
    return protozero::tag_and_type(field, protozero::pbf_wire_type::length_delimited);
}

/// Texts of one field of a message, in order.
std::vector<std::string> texts_in(pbf_reader message, std::uint32_t field) {
    std::vector<std::string> texts;
    while (message.next(field, protozero::pbf_wire_type::length_delimited)) texts.push_back(message.get_string());
    return texts;
}
/// The last one, which is the one that counts; "" when there is none.
std::string text_in(const pbf_reader& message, std::uint32_t field) {
    const std::vector<std::string> texts = texts_in(message, field);
    return texts.empty() ? "" : texts.back();
}
std::vector<pbf_reader> messages_in(pbf_reader message, std::uint32_t field) {
    std::vector<pbf_reader> messages;
    while (message.next(field, protozero::pbf_wire_type::length_delimited)) messages.push_back(message.get_message());
    return messages;
}

// --- The summary -----------------------------------------------------------------------------------------------------

std::int64_t count_values(pbf_reader tensor) {
    std::uint64_t values = 1;
    while (tensor.next()) switch (tensor.tag_and_type()) {
            case number(Tensor::dims): values *= tensor.get_uint64(); break;
            case bytes(Tensor::dims):
                for (const std::uint64_t size : tensor.get_packed_uint64()) values *= size;
                break;
            default: tensor.skip();
        }
    return static_cast<std::int64_t>(values);
}

void read_operator_set(pbf_reader message, OnnxSummary& summary) {
    std::string domain;
    std::int64_t version = 0;
    while (message.next()) switch (message.tag_and_type()) {
            case bytes(OperatorSet::domain): domain = message.get_string(); break;
            case number(OperatorSet::version): version = message.get_int64(); break;
            default: message.skip();
        }
    if (domain.empty()) summary.opset = version;
}

void read_graph(const pbf_reader& graph, OnnxSummary& summary) {
    for (const pbf_reader& tensor : messages_in(graph, Graph::initializer)) summary.parameters += count_values(tensor);
    for (const pbf_reader& node : messages_in(graph, Graph::node)) ++summary.operators[text_in(node, Node::op_type)];
}

OnnxSummary read_model(pbf_reader model) {
    OnnxSummary summary;
    while (model.next()) switch (model.tag_and_type()) {
            case number(Model::ir_version): summary.ir_version = model.get_int64(); break;
            case bytes(Model::producer_name): summary.producer = model.get_string(); break;
            case bytes(Model::graph): read_graph(model.get_message(), summary); break;
            case bytes(Model::opset_import): read_operator_set(model.get_message(), summary); break;
            case bytes(Model::metadata_props): {
                const pbf_reader entry = model.get_message();
                summary.metadata[text_in(entry, Entry::key)] = text_in(entry, Entry::value);
                break;
            }
            default: model.skip();
        }
    return summary;
}

// --- Defined inputs --------------------------------------------------------------------------------------------------

using Names = std::set<std::string>;

void expect_defined(const std::vector<std::string>& names, const Names& defined, const std::string& who) {
    for (const std::string& name : names)  // an empty name stands for an input that is left out
        if (!name.empty() && !defined.contains(name))
            throw DataError(
                format_text("{} \"{}\", which no input, initializer or earlier node defines", who, printable(name)));
}

/// @param defined names that the graphs around this one define
void expect_defined_in_graph(const pbf_reader& graph, Names defined, int depth) {
    if (depth > kDeepestGraph) throw DataError(format_text("graphs are nested more than {} deep", kDeepestGraph));
    for (const pbf_reader& input : messages_in(graph, Graph::input)) defined.insert(text_in(input, ValueInfo::name));
    for (const pbf_reader& tensor : messages_in(graph, Graph::initializer))
        defined.insert(text_in(tensor, Tensor::name));
    for (const pbf_reader& sparse : messages_in(graph, Graph::sparse_initializer))
        for (const pbf_reader& tensor : messages_in(sparse, SparseTensor::values))
            defined.insert(text_in(tensor, Tensor::name));
    for (const pbf_reader& node : messages_in(graph, Graph::node)) {
        expect_defined(texts_in(node, Node::input), defined,
                       format_text("the node \"{}\" ({}) reads", printable(text_in(node, Node::name)),
                                   printable(text_in(node, Node::op_type))));
        for (const pbf_reader& attribute : messages_in(node, Node::attribute))
            for (const std::uint32_t field : {std::uint32_t{Attribute::g}, std::uint32_t{Attribute::graphs}})
                for (const pbf_reader& inner : messages_in(attribute, field))
                    expect_defined_in_graph(inner, defined, depth + 1);
        for (const std::string& output : texts_in(node, Node::output)) defined.insert(output);
    }
    std::vector<std::string> outputs;
    for (const pbf_reader& output : messages_in(graph, Graph::output))
        outputs.push_back(text_in(output, ValueInfo::name));
    expect_defined(outputs, defined, "the graph gives");
}

/// Reads a file's bytes. What is thrown names the file.
template <class Read>
auto read_onnx(std::string_view content, const std::string& file, Read read) {
    const auto damaged = [&](const std::string& why) {
        return DataError(format_text("{}: is not an ONNX file, or damaged: {}", file, why));
    };
    try {
        return read(pbf_reader(content.data(), content.size()));
    } catch (const protozero::end_of_buffer_exception&) {
        throw damaged("cut off in the middle of a field");
    } catch (const protozero::exception&) {
        throw damaged("a field of no kind that there is");
    } catch (const DataError& error) {
        throw damaged(error.what());
    }
}

}  // namespace

OnnxSummary summarise_onnx(std::string_view bytes, const std::string& file) {
    OnnxSummary summary = read_onnx(bytes, file, read_model);
    if (summary.ir_version == 0 || summary.opset == 0 || summary.operators.empty())
        throw DataError(
            format_text("{}: is not an ONNX file: it names no version, no operator set or no operators", file));
    return summary;
}

void expect_defined_inputs(std::string_view bytes, const std::string& file) {
    read_onnx(bytes, file, [](const pbf_reader& model) {
        for (const pbf_reader& graph : messages_in(model, Model::graph)) expect_defined_in_graph(graph, {}, 1);
    });
}

}  // namespace graft
