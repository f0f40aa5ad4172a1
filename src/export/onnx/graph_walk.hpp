/// @file
/// Runs a frozen TorchScript graph twice, side by side, and writes an ONNX node for whatever the images go through.
/// Branches and loops are followed as they run, and sizes are known numbers: control flow leaves no trace.
#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "export/onnx/operator_call.hpp"

namespace graft {

class GraphWalk {
public:
    GraphWalk(const OperatorTable& table, GraphBuilder& graph) : table_(table), graph_(graph) {}

    /// The value that the graph returns. @param inputs of the graph, in order
    /// @throws Error naming operator and part of the network when there is no way to write it
    [[nodiscard]] TracedValue run(torch::jit::Graph& graph, const std::vector<TracedValue>& inputs);

private:
    std::vector<TracedValue> run_block(torch::jit::Block& block, const std::vector<TracedValue>& inputs);
    void visit(torch::jit::Node& node);
    void branch(torch::jit::Node& node);
    void loop(torch::jit::Node& node);
    void construct(torch::jit::Node& node);
    void unpack(torch::jit::Node& node);
    void compute(torch::jit::Node& node);
    void write(torch::jit::Node& node, std::span<const TracedValue> inputs, std::span<TracedValue> outputs);

    [[nodiscard]] const TracedValue& value(const torch::jit::Value& value) const { return values_.at(&value); }
    [[nodiscard]] std::vector<TracedValue> inputs_of(torch::jit::Node& node) const;

    const OperatorTable& table_;
    GraphBuilder& graph_;
    std::unordered_map<const torch::jit::Value*, TracedValue> values_;
};

}  // namespace graft
