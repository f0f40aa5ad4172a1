/// Sums, products and functions, element by element.
#include <ATen/ops/ones.h>

#include "export/onnx/operator_call.hpp"

namespace graft {
namespace {

/// `other`, multiplied by alpha where that is not 1.
std::string scaled_other(OperatorCall& call) {
    const double alpha = call.number_or("alpha", 1);
    const std::string other = call.operand("other", "self");
    return alpha == 1 ? other : call.graph().node("Mul", {other, call.graph().number(alpha)});
}

void add(OperatorCall& call) {
    call.result(call.graph().node("Add", {call.operand("self", "other"), scaled_other(call)}));
}
void sub(OperatorCall& call) {
    call.result(call.graph().node("Sub", {call.operand("self", "other"), scaled_other(call)}));
}

void rsub(OperatorCall& call) {
    const double alpha = call.number_or("alpha", 1);
    std::string self = call.operand("self", "other");
    if (alpha != 1) self = call.graph().node("Mul", {self, call.graph().number(alpha)});
    call.result(call.graph().node("Sub", {call.operand("other", "self"), self}));
}

/// Both are computed from the images, one a row per image and the other a number per image.
bool is_number_per_row(OperatorCall& call) {
    if (call.is_constant("self") || call.is_constant("other")) return false;
    if (call.rank("self") != 2 || call.rank("other") != 2) return false;
    const std::vector<std::int64_t> self = call.shape("self"), other = call.shape("other");
    return self[0] == -1 && other[0] == -1 && self[1] != other[1] && (self[1] == 1 || other[1] == 1);
}

/// OpenCV takes two rows of one length: the number is repeated by a product with ones.
void of_rows(OperatorCall& call, const char* op) {
    GraphBuilder& graph = call.graph();
    const std::int64_t columns = call.result_shape()[1];
    const auto row = [&](const char* argument) {
        const std::string value = call.tensor(argument);
        if (call.shape(argument)[1] == columns) return value;
        return graph.node("MatMul", {value, graph.constant(at::ones({1, columns}), value + ".repeated")});
    };
    call.result(graph.node(op, {row("self"), row("other")}));
}

void binary(OperatorCall& call, const char* op) {
    if (is_number_per_row(call)) return of_rows(call, op);
    call.result(call.graph().node(op, {call.operand("self", "other"), call.operand("other", "self")}));
}
void mul(OperatorCall& call) { binary(call, "Mul"); }
void div(OperatorCall& call) {
    if (call.has("rounding_mode")) call.fail("rounding_mode is not written");
    binary(call, "Div");
}
void maximum(OperatorCall& call) { binary(call, "Max"); }
void minimum(OperatorCall& call) { binary(call, "Min"); }

void power(OperatorCall& call) {
    const std::string self = call.tensor("self");
    if (call.number("exponent") == 2) return call.result(call.graph().node("Mul", {self, self}));
    call.result(call.graph().node("Pow", {self, call.graph().number(call.number("exponent"))}));
}

void square(OperatorCall& call) {
    const std::string self = call.tensor("self");
    call.result(call.graph().node("Mul", {self, self}));
}

void unary(OperatorCall& call, const char* op) { call.result(call.graph().node(op, {call.tensor("self")})); }
void neg(OperatorCall& call) { unary(call, "Neg"); }
void abs_(OperatorCall& call) { unary(call, "Abs"); }
void exp_(OperatorCall& call) { unary(call, "Exp"); }
void log_(OperatorCall& call) { unary(call, "Log"); }
void sqrt_(OperatorCall& call) { unary(call, "Sqrt"); }
void reciprocal(OperatorCall& call) { unary(call, "Reciprocal"); }
void erf_(OperatorCall& call) { unary(call, "Erf"); }
void rsqrt(OperatorCall& call) {
    call.result(call.graph().node("Reciprocal", {call.graph().node("Sqrt", {call.tensor("self")})}));
}

}  // namespace

OperatorRows arithmetic_operators() {
    return {{"aten::add", add},
            {"aten::sub", sub},
            {"aten::rsub", rsub},
            {"aten::mul", mul},
            {"aten::div", div},
            {"aten::maximum", maximum},
            {"aten::neg", neg},
            {"aten::minimum", minimum},
            {"aten::pow", power},
            {"aten::square", square},
            {"aten::abs", abs_},
            {"aten::exp", exp_},
            {"aten::log", log_},
            {"aten::sqrt", sqrt_},
            {"aten::rsqrt", rsqrt},
            {"aten::erf", erf_},
            {"aten::reciprocal", reciprocal}};
}

}  // namespace graft
