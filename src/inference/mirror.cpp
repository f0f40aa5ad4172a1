#include "inference/mirror.hpp"

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace graft {
namespace {

using torch::jit::Node;

/// Inputs of aten::conv2d that matter here.
enum ConvInput : std::size_t { kImages = 0, kWeight = 1, kPadding = 4 };

std::optional<std::vector<std::int64_t>> integers(const torch::jit::Value* value) {
    const auto constant = torch::jit::toIValue(value);
    if (!constant || !constant->isIntList()) return std::nullopt;
    return constant->toIntVector();
}

bool is_along_channels(const torch::jit::Value* axis) {
    const auto constant = torch::jit::toIValue(axis);
    return constant && constant->isInt() && constant->toInt() == 1;
}

/// What commutes with mirroring both axes of [N,C,H,W]: pixel-wise operators, chains of channels, and sums over the
/// whole map.
bool commutes(const Node& node) {
    static const std::set<std::string_view> kPixelWise = {
        "prim::Constant",   "prim::ListConstruct", "aten::conv2d",    "aten::constant_pad_nd",
        "aten::batch_norm", "aten::add",           "aten::sub",       "aten::mul",
        "aten::div",        "aten::relu",          "aten::relu_",     "aten::clamp",
        "aten::clamp_",     "aten::hardtanh",      "aten::hardswish", "aten::hardsigmoid",
        "aten::silu",       "aten::sigmoid",       "aten::tanh",      "aten::gelu",
        "aten::linear",     "aten::softmax",       "aten::to",        "aten::dropout"};
    const std::string kind = node.kind().toQualString();
    if (kPixelWise.contains(kind)) return true;
    if (kind == "aten::cat") return is_along_channels(node.input(1));
    if (kind != "aten::mean" && kind != "aten::amax") return false;
    const auto axes = integers(node.input(1));
    return axes && *axes == std::vector<std::int64_t>{2, 3};
}

bool is_zero(const torch::jit::Value* value) {
    const auto constant = torch::jit::toIValue(value);
    return constant && constant->isScalar() && constant->toScalar().toDouble() == 0;
}

/// The zeros (left, right, top, bottom) that are put around a convolution's input beforehand.
std::optional<std::vector<std::int64_t>> padding_before(const Node& convolution) {
    const Node* pad = convolution.input(kImages)->node();
    if (pad->kind() != c10::Symbol::fromQualString("aten::constant_pad_nd") || pad->output()->uses().size() != 1)
        return std::nullopt;
    const auto zeros = integers(pad->input(1)), own = integers(convolution.input(kPadding));
    if (!zeros || zeros->size() != 4 || !own || *own != std::vector<std::int64_t>{0, 0} || !is_zero(pad->input(2)))
        return std::nullopt;
    return zeros;
}

/// More zeros behind than before by one at most: what the mirror image turns into symmetric padding.
bool is_same_padding(const std::vector<std::int64_t>& zeros) {
    const std::int64_t across = zeros[1] - zeros[0], down = zeros[3] - zeros[2];
    return zeros[0] >= 0 && zeros[2] >= 0 && across >= 0 && across <= 1 && down >= 0 && down <= 1;
}

bool has_constant_kernel(const Node& convolution) {
    const auto weight = torch::jit::toIValue(convolution.input(kWeight));
    return weight && weight->isTensor() && weight->toTensor().dim() == 4;
}

void mirror(Node& convolution, torch::jit::Graph& graph) {
    const torch::jit::WithInsertPoint before(&convolution);
    const at::Tensor weight = torch::jit::toIValue(convolution.input(kWeight))->toTensor();
    if (weight.size(2) > 1 || weight.size(3) > 1)
        convolution.replaceInput(kWeight, graph.insertConstant(weight.flip({2, 3}).contiguous()));
    const auto zeros = padding_before(convolution);
    if (!zeros) return;
    Node* pad = convolution.input(kImages)->node();
    convolution.replaceInput(kPadding, graph.insertConstant(std::vector<std::int64_t>{(*zeros)[3], (*zeros)[1]}));
    convolution.replaceInput(kImages, pad->input(0));
    pad->destroy();
}

}  // namespace

bool mirror_same_padding(torch::jit::Graph& graph) {
    std::vector<Node*> convolutions;
    std::size_t pads = 0, padded = 0;
    for (Node* node : graph.nodes()) {
        if (!commutes(*node) || !node->blocks().empty()) return false;
        if (node->kind() == c10::Symbol::fromQualString("aten::constant_pad_nd")) ++pads;
        if (node->kind() != c10::Symbol::fromQualString("aten::conv2d")) continue;
        if (!has_constant_kernel(*node)) return false;
        const auto zeros = padding_before(*node);
        if (zeros && !is_same_padding(*zeros)) return false;
        if (zeros) ++padded;
        convolutions.push_back(node);
    }
    if (padded == 0 || pads != padded) return false;
    for (Node* convolution : convolutions) mirror(*convolution, graph);
    return true;
}

}  // namespace graft
