#include "export/onnx/quantise.hpp"

#include <ATen/ops/amax.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace graft {
namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

constexpr std::int64_t kLargestWeight = 63;  // see the head of the header
constexpr std::int64_t kSteps = 255;
constexpr double kLargestBias = 1 << 30;  // in steps: int32 with room to spare

c10::Symbol aten(const std::string& name) { return c10::Symbol::fromQualString("aten::" + name); }

std::optional<at::Tensor> constant_tensor(const Value* value) {
    const auto constant = torch::jit::toIValue(value);
    if (!constant || !constant->isTensor()) return std::nullopt;
    return constant->toTensor();
}

bool is_convolution(const Node& node) {
    static const std::set<std::string> names = {"aten::conv2d", "aten::_convolution", "aten::convolution"};
    return names.contains(node.kind().toQualString()) && constant_tensor(node.input(1));
}

bool is_dense(const Node& node) { return node.kind() == aten("linear") && constant_tensor(node.input(1)); }

/// What follows a convolution or a sum and is computed together with it: ReLU and its kind.
Value* behind_activation(Value* value) {
    static const std::set<std::string> names = {"aten::relu", "aten::relu6", "aten::clamp", "aten::hardtanh"};
    const auto& uses = value->uses();
    const bool followed = uses.size() == 1 && names.contains(uses[0].user->kind().toQualString());
    return followed ? uses[0].user->output() : value;
}

/// What zeros were put around, for a convolution: they are a part of it in the file (see merge_padding).
Value* without_zeros(Value* value) {
    Node& node = *value->node();
    if (node.kind() != aten("constant_pad_nd")) return value;
    const auto filling = torch::jit::toIValue(node.input(2));
    return filling && filling->isScalar() && filling->toScalar().toDouble() == 0 ? node.input(0) : value;
}

double scale_of(const ActivationRange& range) {
    return static_cast<float>(std::max(range.high - range.low, 1e-6) / static_cast<double>(kSteps));
}

/// The node before which others see the value.
Node* first_behind(Graph& graph, Value* value) {
    const bool is_input = value->node()->kind() == c10::prim::Param;
    return is_input ? *graph.block()->nodes().begin() : value->node()->next();
}

/// A node `aten::name` at the graph's insertion point, said to be of the part of the network that `like` is of.
Value* insert(Graph& graph, const char* name, at::ArrayRef<torch::jit::NamedValue> arguments, Node* like) {
    Value* result = graph.insert(aten(name), arguments);
    result->node()->copyMetadata(like);
    return result;
}

void quantise_activation(Graph& graph, Value* value, const ActivationRange& range) {
    Node* next = first_behind(graph, value);
    const torch::jit::WithInsertPoint point(next);
    const double scale = scale_of(range);
    const auto zero_point = static_cast<std::int64_t>(std::lround(-range.low / scale));
    Value* result =
        insert(graph, "fake_quantize_per_tensor_affine",
               {value, scale, std::clamp<std::int64_t>(zero_point, 0, kSteps), std::int64_t{0}, kSteps}, next);
    value->replaceAllUsesAfterNodeWith(result->node(), result);
}

/// One scale per channel, for a constant. @param low of the integers, and `high`
Value* quantise_constant(Graph& graph, Value* value, const at::Tensor& scales, std::int64_t axis, std::int64_t low,
                         std::int64_t high, Node* user) {
    const at::Tensor zero_points = at::zeros(scales.sizes(), at::kInt);
    return insert(graph, "fake_quantize_per_channel_affine", {value, scales, zero_points, axis, low, high}, user);
}

/// [out], for weights [out,…].
at::Tensor scales_of(const at::Tensor& weight) {
    return (at::amax(weight.flatten(1).abs(), {1}) / static_cast<double>(kLargestWeight)).clamp_min(1e-12);
}

/// The bias is added to products, so that its scale is the product of both scales. Where weights are next to nothing
/// this could be too small for int32: the weights' scale is larger then.
void quantise_convolution(Graph& graph, Node& node, double input_scale) {
    const torch::jit::WithInsertPoint point(&node);
    const at::Tensor weight = constant_tensor(node.input(1))->to(at::kFloat);
    const auto bias = constant_tensor(node.input(2));
    at::Tensor scales = scales_of(weight);
    if (bias) scales = at::maximum(scales, bias->abs() / (input_scale * kLargestBias));
    Value* bytes = quantise_constant(graph, node.input(1), scales, 0, -kLargestWeight, kLargestWeight, &node);
    node.replaceInput(1, bytes);
    if (!bias) return;
    using Limits = std::numeric_limits<std::int32_t>;
    node.replaceInput(
        2, quantise_constant(graph, node.input(2), scales * input_scale, 0, Limits::min(), Limits::max(), &node));
}

/// A dense layer as a product and a sum, whatever the number of dimensions: the weight is turned once and for all.
void quantise_dense(Graph& graph, Node& node) {
    const torch::jit::WithInsertPoint point(&node);
    const at::Tensor weight = constant_tensor(node.input(1))->to(at::kFloat);  // [out,in]
    Value* turned = graph.insertConstant(weight.t().contiguous());             // [in,out]
    turned->setDebugName(node.input(1)->debugName() + "_turned");
    Value* bytes = quantise_constant(graph, turned, scales_of(weight), 1, -kLargestWeight, kLargestWeight, &node);
    Value* result = insert(graph, "matmul", {node.input(0), bytes}, &node);
    if (constant_tensor(node.input(2))) result = insert(graph, "add", {result, node.input(2)}, &node);
    node.output()->replaceAllUsesWith(result);
    node.destroy();
}

}  // namespace

std::vector<Value*> quantised_values(Graph& graph) {
    std::vector<Value*> values;
    std::set<const Value*> maps;  // what convolutions and sums of their results give
    const auto add = [&](Value* value) {
        if (std::ranges::find(values, value) == values.end()) values.push_back(value);
    };
    const auto add_result = [&](Value* value) {
        maps.insert(value);
        maps.insert(behind_activation(value));
        add(behind_activation(value));
    };
    for (Node* node : graph.block()->nodes()) {
        if (is_convolution(*node)) {
            add(without_zeros(node->input(0)));
            add_result(node->output());
        } else if (is_dense(*node)) {
            add(node->input(0));
        } else if (node->kind() == aten("max_pool2d") && maps.contains(node->input(0))) {
            maps.insert(node->output());
        } else if (node->kind() == aten("add") && maps.contains(node->input(0)) && maps.contains(node->input(1))) {
            add(node->input(0));
            add(node->input(1));
            add_result(node->output());
        }
    }
    return values;
}

std::shared_ptr<Graph> observed_graph(Graph& graph) {
    std::shared_ptr<Graph> copy = graph.copy();
    for (Value* value : quantised_values(*copy)) {
        Node* next = first_behind(*copy, value);
        const torch::jit::WithInsertPoint point(next);
        copy->registerOutput(insert(*copy, "amin", {value}, next));
        copy->registerOutput(insert(*copy, "amax", {value}, next));
    }
    return copy;
}

std::shared_ptr<Graph> quantised_graph(Graph& graph, std::span<const ActivationRange> ranges) {
    std::shared_ptr<Graph> copy = graph.copy();
    const std::vector<Value*> values = quantised_values(*copy);
    std::vector<std::pair<Node*, double>> convolutions;  // with the scale of what they take
    std::vector<Node*> dense;
    for (Node* node : copy->block()->nodes()) {
        if (is_dense(*node)) dense.push_back(node);
        if (!is_convolution(*node)) continue;
        const auto place = std::ranges::find(values, without_zeros(node->input(0))) - values.begin();
        convolutions.emplace_back(node, scale_of(ranges[static_cast<std::size_t>(place)]));
    }
    for (std::size_t i = 0; i < values.size(); ++i) quantise_activation(*copy, values[i], ranges[i]);
    for (const auto& [node, input_scale] : convolutions) quantise_convolution(*copy, *node, input_scale);
    for (Node* node : dense) quantise_dense(*copy, *node);
    return copy;
}

GraphRun::GraphRun(const std::shared_ptr<Graph>& graph)
    : executor_(graph, "frozen", torch::jit::ExecutorExecutionMode::SIMPLE) {}

std::vector<at::Tensor> GraphRun::operator()(const at::Tensor& images) {
    const c10::InferenceMode inference;
    torch::jit::Stack stack = {c10::IValue(), images};
    executor_.run(stack);
    std::vector<at::Tensor> results;
    for (const c10::IValue& result : stack) results.push_back(result.toTensor());
    return results;
}

at::Tensor RangeFinder::operator()(const at::Tensor& images) {
    const std::vector<at::Tensor> results = run_(images);
    sums_.resize((results.size() - 1) / 2);
    for (std::size_t i = 0; i < sums_.size(); ++i) {
        sums_[i].low += std::min(0.0, results[1 + 2 * i].item<double>());
        sums_[i].high += std::max(0.0, results[2 + 2 * i].item<double>());
    }
    ++batches_;
    return results[0];
}

std::vector<ActivationRange> RangeFinder::ranges() const {
    std::vector<ActivationRange> ranges = sums_;
    for (ActivationRange& range : ranges) range = {range.low / batches_, range.high / batches_};
    return ranges;
}

}  // namespace graft
