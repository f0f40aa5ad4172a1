/// @file
/// Puts an ONNX graph together, node by node.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "export/onnx/onnx_model.hpp"

namespace graft {

/// How weights are stored. Computation is in float32 in all.
enum class WeightsType {
    float32,
    float16,
    rounded_to_float16,  ///< float32 with the values that float16 would hold: for checks by who reads no float16
};

class GraphBuilder {
public:
    GraphBuilder(WeightsType weights, std::int64_t opset) : weights_(weights) { model_.opset = opset; }

    /// Nodes from now on belong to this part of the network: their names begin with it.
    void enter(const std::string& part) { part_ = part; }

    /// Adds a node with one output. @return the output's name
    std::string node(const std::string& op, std::vector<std::string> inputs, OnnxAttributes attributes = {});

    /// An initializer. Floating point becomes float32 (or float16 and a Cast), integers keep their type. The same
    /// tensor given twice is stored once. @param name what it is called, if that is free
    std::string constant(const at::Tensor& tensor, const std::string& name = "constant");
    /// An initializer [values.size()] of type int64.
    std::string integers(const std::vector<std::int64_t>& values);
    /// An initializer [1] of type float32.
    std::string number(double value);

    // Operators whose form depends on the opset.
    std::string clip(const std::string& input, double low, double high);
    /// Over the last of `rank` dimensions.
    std::string softmax(const std::string& input, std::int64_t rank);
    /// @param pads beginnings of all dimensions, then ends
    std::string pad(const std::string& input, const std::vector<std::int64_t>& pads, const std::string& mode,
                    double value);

    /// @param op a reduction: ReduceMean, ReduceMax, ReduceMin or ReduceSum
    std::string reduce(const std::string& op, const std::string& input, const std::vector<std::int64_t>& axes,
                       std::int64_t keep_dimensions);

    [[nodiscard]] std::int64_t opset() const { return model_.opset; }
    /// The graph from `input` to the value called `result`, which is renamed.
    [[nodiscard]] OnnxModel finish(OnnxPort input, OnnxPort output, const std::string& result) &&;

private:
    std::string unique(const std::string& name);
    std::string store(OnnxTensor tensor);

    WeightsType weights_;
    OnnxModel model_;
    std::string part_;
    std::map<std::string, int> taken_;                                  // names -> how often
    std::map<const void*, std::pair<at::Tensor, std::string>> stored_;  // data -> tensor (kept alive) and name
    std::map<std::pair<OnnxType, std::string>, std::string> small_;     // type and bytes -> name
};

}  // namespace graft
