/// @file
/// A part of a forward graph as a module of its own.
#pragma once

#include <cstddef>
#include <set>
#include <string>

#include "network/foreign/forward_graph.hpp"
#include "network/layers.hpp"

namespace graft {

/// Makes modules of the parts of one graph. They share parameters and buffers with the module that the graph is of;
/// children without any, such as an activation used in several places, are copied for each part but the first, because
/// parts may be in different modes.
class StageMaker {
public:
    explicit StageMaker(const ForwardGraph& graph) : graph_(graph) {}

    /// The steps from boundary `first` (0: the beginning) to boundary `last`, counted as ends: the part between ends 1
    /// and 3 holds the second and third slice. One tensor in, one out. A call of a child, alone, is that child itself.
    [[nodiscard]] TorchModule make(std::size_t first, std::size_t last);

private:
    [[nodiscard]] bool is_child_alone(std::size_t first, std::size_t last) const;
    void share(const std::string& path, const c10::IValue& attribute, const std::string& name, TorchModule& stage);

    const ForwardGraph& graph_;
    std::set<std::string> given_away_;  // paths of children that a part has already
};

/// The steps of a part, as indices [begin, end) into graph.steps().
[[nodiscard]] std::pair<std::size_t, std::size_t> steps_between(const ForwardGraph& graph, std::size_t first,
                                                                std::size_t last);
/// The tensor that passes at a boundary counted as an end; 0 is the input.
[[nodiscard]] torch::jit::Value* tensor_at(const ForwardGraph& graph, std::size_t end);

}  // namespace graft
