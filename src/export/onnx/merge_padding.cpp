#include <algorithm>
#include <cstring>
#include <functional>

#include "export/onnx/onnx_model.hpp"

namespace graft {
namespace {

using Integers = std::vector<std::int64_t>;

const OnnxTensor* find_constant(const OnnxModel& model, const std::string& name) {
    const auto found = std::ranges::find(model.initializers, name, &OnnxTensor::name);
    return found == model.initializers.end() ? nullptr : &*found;
}

template <class Attribute>
Attribute* find_attribute(OnnxNode& node, const std::string& name) {
    const auto found = std::ranges::find(node.attributes, name, &std::pair<std::string, OnnxAttribute>::first);
    return found == node.attributes.end() ? nullptr : std::get_if<Attribute>(&found->second);
}

/// The zeros that a node puts around maps [N,C,H,W], as Conv's `pads`: top, left, bottom, right. Empty for any other
/// node.
Integers zeros_around_maps(const OnnxModel& model, OnnxNode& node) {
    if (node.op != "Pad" || node.inputs.size() != 3) return {};  // as from operator set 11 on
    const std::string* mode = find_attribute<std::string>(node, "mode");
    const OnnxTensor* sizes = find_constant(model, node.inputs[1]);
    const OnnxTensor* filling = find_constant(model, node.inputs[2]);
    if (mode == nullptr || *mode != "constant" || sizes == nullptr || filling == nullptr) return {};
    Integers pads(8);
    if (sizes->bytes.size() != pads.size() * sizeof(std::int64_t) || filling->bytes != std::string(4, '\0')) return {};
    std::memcpy(pads.data(), sizes->bytes.data(), sizes->bytes.size());
    const bool only_around = pads[0] == 0 && pads[1] == 0 && pads[4] == 0 && pads[5] == 0;
    return only_around ? Integers{pads[2], pads[3], pads[6], pads[7]} : Integers{};
}

}  // namespace

void merge_padding(OnnxModel& model) {
    for (std::size_t i = 0; i < model.nodes.size(); ++i) {
        const Integers zeros = zeros_around_maps(model, model.nodes[i]);
        if (zeros.empty()) continue;
        for (OnnxNode& node : model.nodes) {
            if (node.op != "Conv" || node.inputs[0] != model.nodes[i].outputs[0]) continue;
            Integers* pads = find_attribute<Integers>(node, "pads");
            if (pads == nullptr || pads->size() != zeros.size()) continue;
            std::ranges::transform(*pads, zeros, pads->begin(), std::plus<>());
            node.inputs[0] = model.nodes[i].inputs[0];
        }
    }
    drop_unused(model);
}

}  // namespace graft
