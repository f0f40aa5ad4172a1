/// Activations. Those that ONNX got late, or never, are written with older operators.
#include <cmath>
#include <limits>
#include <numbers>

#include "export/onnx/operator_call.hpp"

namespace graft {
namespace {

void relu(OperatorCall& call) { call.result(call.graph().node("Relu", {call.tensor("self")})); }
void relu6(OperatorCall& call) { call.result(call.graph().clip(call.tensor("self"), 0, 6)); }
void sigmoid(OperatorCall& call) { call.result(call.graph().node("Sigmoid", {call.tensor("self")})); }
void tanh_(OperatorCall& call) { call.result(call.graph().node("Tanh", {call.tensor("self")})); }

void leaky_relu(OperatorCall& call) {
    call.result(call.graph().node("LeakyRelu", {call.tensor("self")},
                                  {{"alpha", static_cast<float>(call.number("negative_slope"))}}));
}

void elu(OperatorCall& call) {
    if (call.number_or("scale", 1) != 1 || call.number_or("input_scale", 1) != 1)
        call.fail("its scales are not written");
    call.result(call.graph().node("Elu", {call.tensor("self")}, {{"alpha", static_cast<float>(call.number("alpha"))}}));
}

void clamp(OperatorCall& call) {
    constexpr double kMost = std::numeric_limits<float>::max();
    const double low = call.number_or("min", -kMost), high = call.number_or("max", kMost);
    if (low == 0 && high == kMost) return relu(call);
    call.result(call.graph().clip(call.tensor("self"), low, high));
}

void hardtanh(OperatorCall& call) {
    call.result(call.graph().clip(call.tensor("self"), call.number("min_val"), call.number("max_val")));
}

/// relu6(x + 3) / 6
std::string hard_gate(OperatorCall& call, const std::string& x) {
    GraphBuilder& graph = call.graph();
    const std::string clipped = graph.clip(graph.node("Add", {x, graph.number(3)}), 0, 6);
    return graph.node("Mul", {clipped, graph.number(1.0 / 6)});
}

void hardsigmoid(OperatorCall& call) { call.result(hard_gate(call, call.tensor("self"))); }

void hardswish(OperatorCall& call) {
    const std::string x = call.tensor("self");
    call.result(call.graph().node("Mul", {x, hard_gate(call, x)}));
}

void silu(OperatorCall& call) {
    const std::string x = call.tensor("self");
    call.result(call.graph().node("Mul", {x, call.graph().node("Sigmoid", {x})}));
}

/// log(1 + exp(x)); beyond the threshold x itself, which is the same to the last digit that counts.
void softplus(OperatorCall& call) {
    if (call.number_or("beta", 1) != 1) call.fail("only beta 1 is written");
    call.result(call.graph().node("Softplus", {call.tensor("self")}));
}

void mish(OperatorCall& call) {
    const std::string x = call.tensor("self");
    call.result(call.graph().node("Mul", {x, call.graph().node("Tanh", {call.graph().node("Softplus", {x})})}));
}

/// x · (1 + erf(x / √2)) / 2, or with tanh(√(2/π) · (x + 0.044715 x³)) for erf (Hendrycks and Gimpel 2016).
void gelu(OperatorCall& call) {
    GraphBuilder& graph = call.graph();
    const std::string x = call.tensor("self");
    std::string bent;
    if (call.text_or("approximate", "none") == "tanh") {
        const std::string square = graph.node("Mul", {x, x});
        const std::string cubic = graph.node("Mul", {graph.node("Mul", {square, graph.number(0.044715)}), x});
        const double scale = std::sqrt(2 / std::numbers::pi);
        bent = graph.node("Tanh", {graph.node("Mul", {graph.node("Add", {x, cubic}), graph.number(scale)})});
    } else {
        bent = graph.node("Erf", {graph.node("Mul", {x, graph.number(1 / std::numbers::sqrt2)})});
    }
    const std::string half = graph.node("Mul", {x, graph.number(0.5)});
    call.result(graph.node("Mul", {half, graph.node("Add", {bent, graph.number(1)})}));
}

/// Over any dimension: moved to the end and back where it is another.
void softmax(OperatorCall& call) {
    GraphBuilder& graph = call.graph();
    const std::int64_t rank = call.rank("self"), dim = call.dimension("dim", rank);
    if (dim == rank - 1) return call.result(graph.softmax(call.tensor("self"), rank));
    std::vector<std::int64_t> swap(static_cast<std::size_t>(rank));
    for (std::int64_t i = 0; i < rank; ++i) swap[static_cast<std::size_t>(i)] = i;
    std::swap(swap[static_cast<std::size_t>(dim)], swap.back());
    const std::string moved = graph.node("Transpose", {call.tensor("self")}, {{"perm", swap}});
    call.result(graph.node("Transpose", {graph.softmax(moved, rank)}, {{"perm", swap}}));
}

}  // namespace

OperatorRows activation_operators() {
    return {{"aten::relu", relu},
            {"aten::relu6", relu6},
            {"aten::leaky_relu", leaky_relu},
            {"aten::elu", elu},
            {"aten::clamp", clamp},
            {"aten::hardtanh", hardtanh},
            {"aten::sigmoid", sigmoid},
            {"aten::hardsigmoid", hardsigmoid},
            {"aten::hardswish", hardswish},
            {"aten::silu", silu},
            {"aten::mish", mish},
            {"aten::softplus", softplus},
            {"aten::gelu", gelu},
            {"aten::tanh", tanh_},
            {"aten::softmax", softmax}};
}

}  // namespace graft
