/// @file
/// Where a forward graph is cut: what belongs to a stage, which children are opened, and where the classifier begins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "network/foreign/forward_graph.hpp"

namespace graft {

/// The layer at the end of a network that makes class scores of features.
struct FoundClassifier {
    std::size_t end = 0;  ///< the boundary before it, counted as an end
    std::string name;     ///< of the layer
    std::int64_t classes = 0;
};

/// Looks for a dense layer that only softmax, dropout and the like follow, or for a 1x1 convolution with a bias that is
/// followed by the last pooling or follows it itself, and opens the children that hide it. Nothing is found, and the
/// graph stays as it is, when there is none or its input is not all that it gets.
[[nodiscard]] std::optional<FoundClassifier> find_classifier(ForwardGraph& graph);

/// The ends of the stages, `last` among them: a stage begins with a part that has weights (more than the scale and
/// shift of a norm), and what follows without any belongs to it.
[[nodiscard]] std::vector<std::size_t> stage_ends(const ForwardGraph& graph, std::size_t last);

/// Opens children that hold more than four fifths of the parameters as long as that gives more stages: the `features`
/// of a MobileNet, the encoder of a transformer, a wrapper around it all. Returns where the boundary `end` is now.
[[nodiscard]] std::size_t open_large_children(ForwardGraph& graph, std::size_t end);

/// Whether the slice that ends at `end` has parameters.
[[nodiscard]] bool has_parameters(const ForwardGraph& graph, std::size_t end);

/// The first attribute with parameters that a part uses, "layer1"; "" when it has none.
[[nodiscard]] std::string name_of_part(const ForwardGraph& graph, std::size_t first, std::size_t last);

}  // namespace graft
