#include "export/onnx/graph_walk.hpp"

#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>
#include <set>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

namespace prim = c10::prim;
using torch::jit::Block;
using torch::jit::Node;

/// Answers that depend on a tensor's type and sizes, not on its values; a tensor that they give is a constant.
const std::set<std::string>& shape_queries() {
    static const std::set<std::string> names = {
        "aten::size",         "aten::dim",       "aten::len",       "aten::numel",      "aten::is_floating_point",
        "prim::dtype",        "prim::device",    "prim::is_cuda",   "prim::layout",     "aten::is_complex",
        "aten::__is__",       "aten::__isnot__", "aten::new_zeros", "aten::zeros_like", "aten::_shape_as_tensor",
        "aten::ones_like",    "aten::new_ones",  "aten::new_full",  "aten::new_empty",  "aten::empty_like",
        "prim::requires_grad"};
    return names;
}

/// A constant that the file holds in integers is written as a node, although no image goes into it.
bool is_quantised_constant(const Node& node) {
    return node.kind() == c10::Symbol::fromQualString("aten::fake_quantize_per_channel_affine");
}

/// Which part of the network a node belongs to: "trunk.layer1.0.conv1", from the calls that were inlined.
std::string part_of(const Node& node) {
    std::string path;
    if (!node.callstack()) return path;
    for (auto frame = node.callstack(); frame; frame = (*frame)->callee()) {
        const auto module = (*frame)->module_instance();
        if (!module || module->instance_name().empty() || module->instance_name() == "SELF") continue;
        path += (path.empty() ? "" : ".") + module->instance_name();
    }
    return path;
}

/// The part for error messages; without one, the line of source.
std::string place_of(const Node& node) {
    std::string part = part_of(node);
    if (!part.empty()) return part;
    const auto line = node.sourceRange().file_line_col();
    return line ? format_text("{}, line {}", std::get<0>(*line), std::get<1>(*line)) : "the network's forward";
}

bool is_of_images(const TracedValue& value) {
    return value.of_images || std::ranges::any_of(value.items, is_of_images);
}

bool is_tensor(const c10::Type& type) {
    return type.isSubtypeOf(*c10::TensorType::get()) || type.isSubtypeOf(*c10::ListType::ofTensors()) ||
           type.kind() == c10::TypeKind::OptionalType;
}

torch::jit::Stack execute(const Node& node, std::span<const TracedValue> inputs, std::size_t run) {
    torch::jit::Stack stack;
    for (const TracedValue& input : inputs) stack.push_back(input.runs[run]);
    try {
        node.getOperation()(stack);
    } catch (const c10::Error& error) {
        throw Error(format_text("ONNX: {} in {} fails on a batch of {}: {}", node.kind().toQualString(), place_of(node),
                                kProbeBatches[run], error.what_without_backtrace()));
    }
    return stack;
}

}  // namespace

std::vector<TracedValue> GraphWalk::inputs_of(Node& node) const {
    std::vector<TracedValue> inputs;
    for (const torch::jit::Value* input : node.inputs()) inputs.push_back(value(*input));
    return inputs;
}

TracedValue GraphWalk::run(torch::jit::Graph& graph, const std::vector<TracedValue>& inputs) {
    return run_block(*graph.block(), inputs).at(0);
}

std::vector<TracedValue> GraphWalk::run_block(Block& block, const std::vector<TracedValue>& inputs) {
    for (std::size_t i = 0; i < inputs.size(); ++i) values_[block.inputs()[i]] = inputs[i];
    for (Node* node : block.nodes()) visit(*node);
    std::vector<TracedValue> outputs;
    for (const torch::jit::Value* output : block.outputs()) outputs.push_back(value(*output));
    return outputs;
}

void GraphWalk::visit(Node& node) {
    const c10::Symbol kind = node.kind();
    if (kind == prim::Constant) {
        const c10::IValue constant = torch::jit::toIValue(node.output()).value_or(c10::IValue());
        values_[node.output()] = {.runs = {constant, constant}};
    } else if (kind == prim::If) {
        branch(node);
    } else if (kind == prim::Loop) {
        loop(node);
    } else if (kind == prim::ListConstruct || kind == prim::TupleConstruct) {
        construct(node);
    } else if (kind == prim::ListUnpack || kind == prim::TupleUnpack) {
        unpack(node);
    } else {
        compute(node);
    }
}

void GraphWalk::branch(Node& node) {
    const TracedValue& condition = value(*node.input());
    if (condition.runs[0].toBool() != condition.runs[1].toBool())
        throw Error("ONNX: an if in " + place_of(node) + " depends on the number of images");
    Block& taken = *node.blocks()[condition.runs[0].toBool() ? 0 : 1];
    const std::vector<TracedValue> outputs = run_block(taken, {});
    for (std::size_t i = 0; i < outputs.size(); ++i) values_[node.outputs()[i]] = outputs[i];
}

void GraphWalk::loop(Node& node) {
    std::vector<TracedValue> carried = inputs_of(node);
    const TracedValue trips = carried[0];
    bool go_on = carried[1].runs[0].toBool();
    carried.erase(carried.begin(), carried.begin() + 2);
    if (trips.runs[0].toInt() != trips.runs[1].toInt())
        throw Error("ONNX: a loop in " + place_of(node) + " depends on the number of images");
    for (std::int64_t i = 0; go_on && i < trips.runs[0].toInt(); ++i) {
        std::vector<TracedValue> inputs = carried;
        inputs.insert(inputs.begin(), TracedValue{.runs = {i, i}});
        carried = run_block(*node.blocks()[0], inputs);
        go_on = carried[0].runs[0].toBool();
        carried.erase(carried.begin());
    }
    for (std::size_t i = 0; i < carried.size(); ++i) values_[node.outputs()[i]] = carried[i];
}

void GraphWalk::construct(Node& node) {
    TracedValue made{.items = inputs_of(node)};
    for (std::size_t run = 0; run < made.runs.size(); ++run) {
        std::vector<c10::IValue> elements;
        for (const TracedValue& item : made.items) elements.push_back(item.runs[run]);
        if (node.kind() == prim::TupleConstruct) {
            made.runs[run] = c10::ivalue::Tuple::create(std::move(elements));
            continue;
        }
        c10::impl::GenericList list(node.output()->type()->expectRef<c10::ListType>().getElementType());
        for (c10::IValue& element : elements) list.push_back(std::move(element));
        made.runs[run] = std::move(list);
    }
    made.of_images = is_of_images(made);
    values_[node.output()] = std::move(made);
}

void GraphWalk::unpack(Node& node) {
    const TracedValue packed = value(*node.input());
    for (std::size_t i = 0; i < node.outputs().size(); ++i) {
        if (i < packed.items.size()) {
            values_[node.outputs()[i]] = packed.items[i];
            continue;
        }
        TracedValue& item = values_[node.outputs()[i]] = {};
        for (std::size_t run = 0; run < item.runs.size(); ++run)
            item.runs[run] = node.kind() == prim::TupleUnpack ? packed.runs[run].toTupleRef().elements()[i]
                                                              : packed.runs[run].toListRef()[i];
    }
}

void GraphWalk::compute(Node& node) {
    const std::vector<TracedValue> inputs = inputs_of(node);
    if (node.kind() == prim::RaiseException)
        throw Error("ONNX: the network itself raises an error in " + place_of(node) + ": " +
                    inputs.at(0).runs[0].toStringRef());
    if (node.maybeOperator() == nullptr)
        throw Error("ONNX: graft does not know the operator " + std::string(node.kind().toQualString()) + " in " +
                    place_of(node));
    std::vector<TracedValue> outputs(node.outputs().size());
    for (std::size_t run = 0; run < kProbeBatches.size(); ++run) {
        torch::jit::Stack results = execute(node, inputs, run);
        for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i].runs[run] = std::move(results.at(i));
    }
    const bool of_images = std::ranges::any_of(inputs, is_of_images);
    if ((of_images && !shape_queries().contains(node.kind().toQualString())) || is_quantised_constant(node))
        write(node, inputs, outputs);
    for (std::size_t i = 0; i < outputs.size(); ++i) values_[node.outputs()[i]] = std::move(outputs[i]);
}

void GraphWalk::write(Node& node, std::span<const TracedValue> inputs, std::span<TracedValue> outputs) {
    std::string name = node.kind().toQualString();
    const bool in_place = name.ends_with('_') && !name.ends_with("__");
    if (in_place) name.pop_back();
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        if (!is_tensor(*node.outputs()[i]->type()))
            throw Error("ONNX: " + name + " in " + place_of(node) + " lets the values of pixels decide what is done");
        outputs[i].of_images = true;
    }
    const OperatorRow* row = table_.find(name);
    if (row == nullptr)
        throw Error("ONNX: graft does not know how to write the operator " + name + ", which " + place_of(node) +
                    " uses");
    graph_.enter(part_of(node));
    OperatorCall call(node, place_of(node), inputs, outputs, graph_);
    row->convert(call);
    if (!in_place) return;
    if (inputs[0].runs[0].toTensor().is_view())
        throw Error("ONNX: " + name + "_ in " + place_of(node) + " changes a part of a tensor in place");
    values_[node.inputs()[0]] = outputs[0];
}

}  // namespace graft
