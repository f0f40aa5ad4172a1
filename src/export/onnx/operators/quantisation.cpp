/// Values that are kept in 8 bits (see export/onnx/quantise.hpp): QuantizeLinear and DequantizeLinear.
#include <ATen/ops/fake_quantize_per_channel_affine.h>
#include <ATen/ops/round.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros_like.h>

#include <limits>

#include "export/onnx/operator_call.hpp"

namespace graft {
namespace {

/// Scale and zero point have no dimensions: ONNX Runtime leaves a pair with [1] as it is and fuses nothing.
void activation(OperatorCall& call) {
    GraphBuilder& graph = call.graph();
    const std::string scale = graph.constant(at::scalar_tensor(call.number("scale"), at::kFloat), "scale");
    const std::string zero_point =
        graph.constant(at::scalar_tensor(call.integer("zero_point"), at::kByte), "zero_point");
    const std::string bytes = graph.node("QuantizeLinear", {call.tensor("self"), scale, zero_point});
    call.result(graph.node("DequantizeLinear", {bytes, scale, zero_point}));
}

/// A constant, which the file holds in integers: int8, or int32 where the range asks for it.
void constant(OperatorCall& call) {
    const at::Tensor values = call.constant("self"), scales = call.constant("scale");
    const at::Tensor zeros = at::zeros_like(scales, at::kInt);
    const std::int64_t axis = call.integer("axis"), low = call.integer("quant_min"), high = call.integer("quant_max");
    std::vector<std::int64_t> per_channel(static_cast<std::size_t>(values.dim()), 1);
    per_channel.at(static_cast<std::size_t>(axis)) = -1;
    const at::Tensor kept = at::fake_quantize_per_channel_affine(values, scales, zeros, axis, low, high);
    const at::Tensor steps = at::round(kept.to(at::kDouble) / scales.reshape(per_channel));
    const at::ScalarType type = high <= std::numeric_limits<std::int8_t>::max() ? at::kChar : at::kInt;
    GraphBuilder& graph = call.graph();
    call.result(graph.node("DequantizeLinear",
                           {graph.constant(steps.to(type), call.constant_name("self")),
                            graph.constant(scales, "scales"), graph.constant(zeros.to(type), "zero_points")},
                           {{"axis", axis}}));
}

}  // namespace

OperatorRows quantisation_operators() {
    return {{"aten::fake_quantize_per_tensor_affine", activation},
            {"aten::fake_quantize_per_channel_affine", constant}};
}

}  // namespace graft
