/// Normalisations, written with means, products and sums.
#include <ATen/ops/ones_like.h>
#include <ATen/ops/sqrt.h>
#include <ATen/ops/zeros_like.h>

#include "deploy/onnx/operators/operator_rows.hpp"

namespace graft {
namespace {

/// With fixed statistics it is one product and one sum per channel.
void batch_norm(OperatorCall& call) {
    if (call.flag_or("training", false) || !call.has("running_mean"))
        call.fail("a batch norm in training mode depends on the other images of a batch");
    const at::Tensor mean = call.constant("running_mean"), variance = call.constant("running_var");
    const at::Tensor weight = call.has("weight") ? call.constant("weight") : at::ones_like(mean);
    const at::Tensor bias = call.has("bias") ? call.constant("bias") : at::zeros_like(mean);
    const at::Tensor scale = weight / at::sqrt(variance + call.number("eps"));
    std::vector<std::int64_t> per_channel(static_cast<std::size_t>(call.rank("input")), 1);
    per_channel.at(1) = scale.size(0);
    GraphBuilder& graph = call.graph();
    const std::string name = call.constant_name("running_mean");
    const std::string scaled =
        graph.node("Mul", {call.tensor("input"), graph.constant(scale.reshape(per_channel), name + ".scale")});
    call.result(
        graph.node("Add", {scaled, graph.constant((bias - mean * scale).reshape(per_channel), name + ".shift")}));
}

/// (x - mean) / √(variance + eps) over the last dimensions, then weight and bias.
void layer_norm(OperatorCall& call) {
    GraphBuilder& graph = call.graph();
    const auto count = static_cast<std::int64_t>(call.integers("normalized_shape").size());
    const std::int64_t rank = call.rank("input");
    std::vector<std::int64_t> axes;
    for (std::int64_t axis = rank - count; axis < rank; ++axis) axes.push_back(axis);
    const auto mean_of = [&](const std::string& x) {
        return graph.node("ReduceMean", {x}, {{"axes", axes}, {"keepdims", std::int64_t{1}}});
    };
    const std::string x = call.tensor("input");
    const std::string centred = graph.node("Sub", {x, mean_of(x)});
    const std::string variance = mean_of(graph.node("Mul", {centred, centred}));
    const std::string deviation = graph.node("Sqrt", {graph.node("Add", {variance, graph.number(call.number("eps"))})});
    std::string result = graph.node("Div", {centred, deviation});
    if (call.has("weight")) result = graph.node("Mul", {result, call.tensor("weight")});
    if (call.has("bias")) result = graph.node("Add", {result, call.tensor("bias")});
    call.result(result);
}

}  // namespace

OperatorRows normalisation_operators() { return {{"aten::batch_norm", batch_norm}, {"aten::layer_norm", layer_norm}}; }

}  // namespace graft
