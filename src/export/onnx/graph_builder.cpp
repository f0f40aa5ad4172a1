#include "export/onnx/graph_builder.hpp"

#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cstring>

namespace graft {
namespace {

constexpr std::size_t kSmall = 256;  // bytes; such constants are shared by value

/// Little-endian bytes of a tensor, as all supported machines have them in memory.
OnnxTensor tensor_of(const at::Tensor& tensor, OnnxType type) {
    const at::Tensor values = tensor.contiguous();
    return {.type = type,
            .shape = values.sizes().vec(),
            .bytes = std::string(static_cast<const char*>(values.const_data_ptr()), values.nbytes())};
}

OnnxType integer_type(at::ScalarType type) {
    switch (type) {
        case at::kByte: return OnnxType::uint8;
        case at::kChar: return OnnxType::int8;
        case at::kInt: return OnnxType::int32;
        default: return OnnxType::int64;
    }
}

/// Worth storing in fewer bits; biases and the constants of normalisation are not.
bool is_weight(const at::Tensor& tensor) { return tensor.dim() >= 2 && tensor.numel() >= 256; }

}  // namespace

std::string GraphBuilder::unique(const std::string& name) {
    const int count = taken_[name]++;
    return count == 0 ? name : unique(name + "_" + std::to_string(count));
}

std::string GraphBuilder::node(const std::string& op, std::vector<std::string> inputs, OnnxAttributes attributes) {
    const std::string name = unique(part_.empty() ? op : part_ + "/" + op);
    model_.nodes.push_back({op, name, std::move(inputs), {name + ":0"}, std::move(attributes)});
    return model_.nodes.back().outputs.front();
}

std::string GraphBuilder::store(OnnxTensor tensor) {
    if (tensor.bytes.size() <= kSmall) {
        std::string shape_and_bytes;
        for (const std::int64_t size : tensor.shape) shape_and_bytes += std::to_string(size) + ",";
        std::string& name = small_[{tensor.type, shape_and_bytes + ":" + tensor.bytes}];
        if (!name.empty()) return name;
        name = tensor.name = unique(tensor.name);
    } else {
        tensor.name = unique(tensor.name);
    }
    model_.initializers.push_back(std::move(tensor));
    return model_.initializers.back().name;
}

std::string GraphBuilder::constant(const at::Tensor& tensor, const std::string& name) {
    const at::Tensor whole = tensor.contiguous();
    const bool shared = whole.is_same(tensor);
    if (const auto known = stored_.find(whole.const_data_ptr());
        shared && known != stored_.end() && known->second.first.sizes() == whole.sizes())
        return known->second.second;
    std::string result;
    if (!whole.is_floating_point()) {
        OnnxTensor stored = tensor_of(whole, integer_type(whole.scalar_type()));
        stored.name = name;
        result = store(std::move(stored));
    } else if (weights_ == WeightsType::float16 && is_weight(whole)) {
        OnnxTensor stored = tensor_of(whole.to(at::kHalf), OnnxType::float16);
        stored.name = name + "_half";
        result = node("Cast", {store(std::move(stored))}, {{"to", static_cast<std::int64_t>(OnnxType::float32)}});
    } else {
        const bool rounded = weights_ == WeightsType::rounded_to_float16 && is_weight(whole);
        const at::Tensor values = rounded ? whole.to(at::kHalf) : whole;
        OnnxTensor stored = tensor_of(values.to(at::kFloat), OnnxType::float32);
        stored.name = name;
        result = store(std::move(stored));
    }
    if (shared) stored_[whole.const_data_ptr()] = {whole, result};
    return result;
}

std::string GraphBuilder::integers(const std::vector<std::int64_t>& values) {
    OnnxTensor tensor = tensor_of(at::tensor(values, at::kLong), OnnxType::int64);
    tensor.name = "integers";
    return store(std::move(tensor));
}

std::string GraphBuilder::number(double value) {
    OnnxTensor tensor = tensor_of(at::tensor({static_cast<float>(value)}), OnnxType::float32);
    tensor.name = "number";
    return store(std::move(tensor));
}

std::string GraphBuilder::clip(const std::string& input, double low, double high) {
    const auto least = static_cast<float>(low), most = static_cast<float>(high);
    if (opset() < 11) return node("Clip", {input}, {{"min", least}, {"max", most}});
    const auto scalar = [&](float value) { return constant(at::scalar_tensor(value), "limit"); };
    return node("Clip", {input, scalar(least), scalar(most)});
}

std::string GraphBuilder::softmax(const std::string& input, std::int64_t rank) {
    return node("Softmax", {input}, {{"axis", rank - 1}});  // for the last dimension all opsets mean the same
}

std::string GraphBuilder::pad(const std::string& input, const std::vector<std::int64_t>& pads, const std::string& mode,
                              double value) {
    const auto filling = static_cast<float>(value);
    if (opset() < 11) return node("Pad", {input}, {{"mode", mode}, {"pads", pads}, {"value", filling}});
    return node("Pad", {input, integers(pads), constant(at::scalar_tensor(filling), "filling")}, {{"mode", mode}});
}

std::string GraphBuilder::reduce(const std::string& op, const std::string& input, const std::vector<std::int64_t>& axes,
                                 std::int64_t keep_dimensions) {
    if (op == "ReduceSum" && opset() >= 13) return node(op, {input, integers(axes)}, {{"keepdims", keep_dimensions}});
    return node(op, {input}, {{"axes", axes}, {"keepdims", keep_dimensions}});
}

OnnxModel GraphBuilder::finish(OnnxPort input, OnnxPort output, const std::string& result) && {
    for (OnnxNode& node : model_.nodes) {
        std::ranges::replace(node.inputs, result, output.name);
        std::ranges::replace(node.outputs, result, output.name);
    }
    model_.input = std::move(input);
    model_.output = std::move(output);
    drop_unused(model_);
    return std::move(model_);
}

}  // namespace graft
