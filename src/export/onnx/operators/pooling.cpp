/// Pooling over windows and over whole maps.
#include "core/text.hpp"
#include "export/onnx/operator_call.hpp"

namespace graft {
namespace {

using Integers = std::vector<std::int64_t>;

OnnxAttributes window(const OperatorCall& call) {
    const Integers kernel = call.integers("kernel_size"), padding = call.integers("padding");
    const Integers stride = call.has("stride") ? call.integers("stride") : Integers{};
    Integers pads = padding;
    pads.insert(pads.end(), padding.begin(), padding.end());
    OnnxAttributes attributes = {
        {"kernel_shape", kernel}, {"strides", stride.empty() ? kernel : stride}, {"pads", pads}};
    if (call.flag_or("ceil_mode", false)) attributes.emplace_back("ceil_mode", std::int64_t{1});
    return attributes;
}

void max_pool2d(OperatorCall& call) {
    OnnxAttributes attributes = window(call);
    if (const Integers dilation = call.integers("dilation"); dilation != Integers{1, 1})
        attributes.emplace_back("dilations", dilation);
    call.result(call.graph().node("MaxPool", {call.tensor("self")}, std::move(attributes)));
}

void avg_pool2d(OperatorCall& call) {
    if (call.has("divisor_override")) call.fail("divisor_override is not written");
    OnnxAttributes attributes = window(call);
    if (call.flag_or("count_include_pad", true)) attributes.emplace_back("count_include_pad", std::int64_t{1});
    call.result(call.graph().node("AveragePool", {call.tensor("self")}, std::move(attributes)));
}

void adaptive_pool(OperatorCall& call, const std::string& global, const std::string& windowed) {
    const Integers shape = call.shape("self");  // [N,C,H,W]
    const Integers size = call.integers("output_size");
    const std::int64_t height = size.front(), width = size.back();
    if (height == 1 && width == 1) return call.result(call.graph().node(global, {call.tensor("self")}));
    if (shape[2] % height != 0 || shape[3] % width != 0)
        call.fail(format_text("a map of {}x{} is no multiple of {}x{}; only equal windows are written", shape[2],
                              shape[3], height, width));
    const Integers kernel = {shape[2] / height, shape[3] / width};
    call.result(call.graph().node(windowed, {call.tensor("self")}, {{"kernel_shape", kernel}, {"strides", kernel}}));
}

void adaptive_avg_pool2d(OperatorCall& call) { adaptive_pool(call, "GlobalAveragePool", "AveragePool"); }
void adaptive_max_pool2d(OperatorCall& call) { adaptive_pool(call, "GlobalMaxPool", "MaxPool"); }

/// A reduction over the dimensions in `dim`.
void reduce(OperatorCall& call, const std::string& op) {
    if (!call.has("dim")) call.fail("a reduction over all dimensions mixes the images of a batch");
    Integers axes = call.integers("dim");
    for (std::int64_t& axis : axes) {
        if (axis < 0) axis += call.rank("self");
        if (call.shape("self")[static_cast<std::size_t>(axis)] == -1)
            call.fail(format_text("a reduction over dimension {} mixes the images of a batch", axis));
    }
    call.result(call.graph().reduce(op, call.tensor("self"), axes, call.flag_or("keepdim", false)));
}

void mean(OperatorCall& call) { reduce(call, "ReduceMean"); }
void amax(OperatorCall& call) { reduce(call, "ReduceMax"); }
void amin(OperatorCall& call) { reduce(call, "ReduceMin"); }
void sum(OperatorCall& call) { reduce(call, "ReduceSum"); }

}  // namespace

OperatorRows pooling_operators() {
    return {{"aten::max_pool2d", max_pool2d},
            {"aten::avg_pool2d", avg_pool2d},
            {"aten::adaptive_avg_pool2d", adaptive_avg_pool2d},
            {"aten::adaptive_max_pool2d", adaptive_max_pool2d},
            {"aten::mean", mean},
            {"aten::amax", amax},
            {"aten::max", amax},  // max.dim; its second result, the indices, is not written
            {"aten::amin", amin},
            {"aten::sum", sum}};
}

}  // namespace graft
