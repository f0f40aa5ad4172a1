/// @file
/// Post-training quantisation of a frozen graph: convolutions, dense layers and sums of two maps in 8 bits, the rest in
/// float32.
///
/// Activations are uint8 with one scale and zero point per tensor, weights int8 with one scale per output channel
/// (Krishnamoorthi 2018). Weights keep to -63..63: then two products fit into 16 bits, and processors without VNNI,
/// which add in 16 bits, compute the same as others.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <memory>
#include <span>
#include <vector>

namespace graft {

/// The values that an activation takes; 0 is always one of them.
struct ActivationRange {
    double low = 0, high = 0;
};

/// What is to be 8 bits wide, in an order that a graph shares with its copies: what convolutions, dense layers and sums
/// take, and what convolutions and sums give, behind the ReLU that follows them.
[[nodiscard]] std::vector<torch::jit::Value*> quantised_values(torch::jit::Graph& graph);

/// A copy that also gives the least and the largest number of each quantised value, in order.
[[nodiscard]] std::shared_ptr<torch::jit::Graph> observed_graph(torch::jit::Graph& graph);

/// A copy that computes with the numbers that 8 bits can hold.
/// @param ranges of the quantised values, in order
[[nodiscard]] std::shared_ptr<torch::jit::Graph> quantised_graph(torch::jit::Graph& graph,
                                                                 std::span<const ActivationRange> ranges);

/// Runs a frozen graph.
class GraphRun {
public:
    explicit GraphRun(const std::shared_ptr<torch::jit::Graph>& graph);
    /// What the graph returns. @param images float32 [N,…]
    [[nodiscard]] std::vector<at::Tensor> operator()(const at::Tensor& images);

private:
    torch::jit::GraphExecutor executor_;
};

/// Finds ranges: the extremes of every batch, averaged, so that one odd picture does not widen a range for all.
class RangeFinder {
public:
    explicit RangeFinder(torch::jit::Graph& graph) : run_(observed_graph(graph)) {}
    /// Looks at a batch. @return what the graph itself gives for it
    at::Tensor operator()(const at::Tensor& images);
    /// Of the quantised values, in order.
    [[nodiscard]] std::vector<ActivationRange> ranges() const;

private:
    GraphRun run_;
    std::vector<ActivationRange> sums_;
    int batches_ = 0;
};

}  // namespace graft
