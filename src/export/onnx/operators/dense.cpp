/// Matrix products: dense layers and attention.
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <limits>

#include "export/onnx/operator_call.hpp"

namespace graft {
namespace {

void linear(OperatorCall& call) {
    GraphBuilder& graph = call.graph();
    const std::string x = call.tensor("input");
    if (call.rank("input") == 2) {
        std::vector<std::string> inputs = {x, call.tensor("weight")};
        if (call.has("bias")) inputs.push_back(call.tensor("bias"));
        if (inputs.size() == 2) inputs.push_back(graph.constant(at::zeros({call.shape("weight").front()}), "no_bias"));
        return call.result(graph.node("Gemm", inputs, {{"transB", std::int64_t{1}}}));
    }
    const at::Tensor weight = call.constant("weight").t().contiguous();  // [in,out]
    const std::string product = graph.node("MatMul", {x, graph.constant(weight, call.constant_name("weight"))});
    call.result(call.has("bias") ? graph.node("Add", {product, call.tensor("bias")}) : product);
}

/// A constant matrix is written transposed, the only form that OpenCV 4.6 reads.
void addmm(OperatorCall& call) {
    const bool turned = call.is_constant("mat2");
    const std::string weight =
        turned ? call.graph().constant(call.constant("mat2").t().contiguous(), call.constant_name("mat2"))
               : call.tensor("mat2");
    call.result(call.graph().node("Gemm", {call.tensor("mat1"), weight, call.tensor("self")},
                                  {{"alpha", static_cast<float>(call.number_or("alpha", 1))},
                                   {"beta", static_cast<float>(call.number_or("beta", 1))},
                                   {"transB", std::int64_t{turned}}}));
}

void matmul(OperatorCall& call) {
    call.result(call.graph().node("MatMul", {call.tensor("self"), call.tensor(call.has("mat2") ? "mat2" : "other")}));
}

/// What is added to the products of query and key, or "".
std::string attention_mask(OperatorCall& call) {
    const std::vector<std::int64_t> query = call.shape("query"), key = call.shape("key");
    constexpr float kNever = std::numeric_limits<float>::lowest();
    const auto hidden_where_false = [&](const at::Tensor& seen) {
        return at::where(seen, at::zeros({}), at::full({}, kNever));
    };
    if (call.flag_or("is_causal", false)) {
        const at::Tensor seen = at::ones({query[query.size() - 2], key[key.size() - 2]}, at::kBool).tril();
        return call.graph().constant(hidden_where_false(seen), "causal_mask");
    }
    if (!call.has("attn_mask")) return "";
    if (!call.is_constant("attn_mask")) return call.tensor("attn_mask");
    const at::Tensor mask = call.constant("attn_mask");
    if (call.is_boolean("attn_mask")) return call.graph().constant(hidden_where_false(mask.to(at::kBool)), "mask");
    return call.graph().constant(mask, "mask");
}

/// softmax(query · keyᵀ / √E + mask) · value (Vaswani et al. 2017)
void scaled_dot_product_attention(OperatorCall& call) {
    if (call.number_or("dropout_p", 0) != 0) call.fail("dropout is not written");
    if (call.flag_or("enable_gqa", false)) call.fail("enable_gqa is not written");
    GraphBuilder& graph = call.graph();
    const std::vector<std::int64_t> shape = call.shape("query");  // [N,…,L,E]
    const double scale = call.number_or("scale", 1 / std::sqrt(static_cast<double>(shape.back())));
    std::vector<std::int64_t> transposed(shape.size());
    for (std::size_t i = 0; i < transposed.size(); ++i) transposed[i] = static_cast<std::int64_t>(i);
    std::swap(transposed[transposed.size() - 1], transposed[transposed.size() - 2]);
    const std::string query = graph.node("Mul", {call.tensor("query"), graph.number(scale)});
    const std::string key = graph.node("Transpose", {call.tensor("key")}, {{"perm", transposed}});
    std::string scores = graph.node("MatMul", {query, key});
    if (const std::string mask = attention_mask(call); !mask.empty()) scores = graph.node("Add", {scores, mask});
    const std::string weights = graph.softmax(scores, static_cast<std::int64_t>(shape.size()));
    call.result(graph.node("MatMul", {weights, call.tensor("value")}));
}

}  // namespace

OperatorRows dense_operators() {
    return {{"aten::linear", linear}, {"aten::addmm", addmm},
            {"aten::matmul", matmul}, {"aten::mm", matmul},
            {"aten::bmm", matmul},    {"aten::scaled_dot_product_attention", scaled_dot_product_attention}};
}

}  // namespace graft
