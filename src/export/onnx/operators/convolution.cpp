/// Convolutions over [N,C,H,W].
#include "export/onnx/operator_call.hpp"

namespace graft {
namespace {

/// PyTorch's one number per dimension as ONNX's beginnings and ends.
std::vector<std::int64_t> both_sides(const std::vector<std::int64_t>& padding) {
    std::vector<std::int64_t> pads = padding;
    pads.insert(pads.end(), padding.begin(), padding.end());
    return pads;
}

/// "same": the odd zero at the end, as PyTorch pads.
std::vector<std::int64_t> same_padding(const std::vector<std::int64_t>& kernel,
                                       const std::vector<std::int64_t>& dilation) {
    std::vector<std::int64_t> begins, ends;
    for (std::size_t i = 0; i < kernel.size(); ++i) {
        const std::int64_t total = dilation[i] * (kernel[i] - 1);
        begins.push_back(total / 2);
        ends.push_back(total - total / 2);
    }
    begins.insert(begins.end(), ends.begin(), ends.end());
    return begins;
}

void convolve(OperatorCall& call, const std::vector<std::int64_t>& pads) {
    const std::vector<std::int64_t> weight = call.shape("weight");  // [out,in/groups,kh,kw]
    std::vector<std::string> inputs = {call.tensor("input"), call.tensor("weight")};
    if (call.has("bias")) inputs.push_back(call.tensor("bias"));
    call.result(call.graph().node("Conv", inputs,
                                  {{"kernel_shape", std::vector<std::int64_t>(weight.begin() + 2, weight.end())},
                                   {"strides", call.integers("stride")},
                                   {"pads", pads},
                                   {"dilations", call.integers("dilation")},
                                   {"group", call.integer("groups")}}));
}

/// conv2d's overload with a word for the padding has the same name.
void conv2d(OperatorCall& call) {
    if (!call.is_text("padding")) return convolve(call, both_sides(call.integers("padding")));
    const std::vector<std::int64_t> weight = call.shape("weight");
    const std::vector<std::int64_t> kernel(weight.begin() + 2, weight.end());
    const bool same = call.text_or("padding", "") == "same";
    convolve(call, same ? same_padding(kernel, call.integers("dilation")) : both_sides({0, 0}));
}

void convolution(OperatorCall& call) {
    if (call.flag_or("transposed", false)) call.fail("transposed convolutions are not written");
    convolve(call, both_sides(call.integers("padding")));
}

}  // namespace

OperatorRows convolution_operators() {
    return {{"aten::conv2d", conv2d}, {"aten::_convolution", convolution}, {"aten::convolution", convolution}};
}

}  // namespace graft
