/// Normalisations, written with means, products and sums.
#include <ATen/ops/ones_like.h>
#include <ATen/ops/sqrt.h>
#include <ATen/ops/zeros_like.h>

#include "export/onnx/operator_call.hpp"

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

/// (x - mean) / √(variance + eps) over the last dimensions, then weight and bias. OpenCV subtracts and divides row by
/// row in three dimensions and multiplies by a constant along the second of two, hence the shapes in between.
void layer_norm(OperatorCall& call) {
    GraphBuilder& graph = call.graph();
    std::int64_t columns = 1;
    for (const std::int64_t size : call.integers("normalized_shape")) columns *= size;
    const auto shaped = [&](const std::string& x, const std::vector<std::int64_t>& sizes) {
        return graph.node("Reshape", {x, graph.integers(sizes)});
    };
    const auto mean_of = [&](const std::string& x) { return graph.reduce("ReduceMean", x, {2}, 1); };
    const auto row = [&](const char* argument) {
        return graph.constant(call.constant(argument).flatten(), call.constant_name(argument));
    };
    const std::string x = shaped(call.tensor("input"), {1, -1, columns});
    const std::string centred = graph.node("Sub", {x, mean_of(x)});
    const std::string variance = mean_of(graph.node("Mul", {centred, centred}));
    const std::string deviation = graph.node("Sqrt", {graph.node("Add", {variance, graph.number(call.number("eps"))})});
    std::string result = shaped(graph.node("Div", {centred, deviation}), {-1, columns});
    if (call.has("weight")) result = graph.node("Mul", {result, row("weight")});
    if (call.has("bias")) result = graph.node("Add", {result, row("bias")});
    call.result(shaped(result, call.result_shape()));
}

}  // namespace

OperatorRows normalisation_operators() { return {{"aten::batch_norm", batch_norm}, {"aten::layer_norm", layer_norm}}; }

}  // namespace graft
