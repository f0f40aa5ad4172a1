/// @file
/// The code of a module's forward as a line of steps, and the places where everything passes through one tensor.
#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace graft {

/// A place after a step where all that later steps need is one tensor, parameters aside.
struct Boundary {
    std::size_t end;            ///< the number of steps before it
    torch::jit::Value* tensor;  ///< what passes through
};

/// Calls of children are single steps until the child is opened; functions are part of the code that calls them.
class ForwardGraph {
public:
    using Node = torch::jit::Node;
    using Value = torch::jit::Value;

    /// @param module its forward takes a tensor, and whatever else has a default
    /// @throws DataError, without the name of a file, when it takes or gives something else
    explicit ForwardGraph(const torch::jit::Module& module);
    ForwardGraph(const ForwardGraph& other);
    ForwardGraph& operator=(const ForwardGraph& other);
    ForwardGraph(ForwardGraph&&) = default;
    ForwardGraph& operator=(ForwardGraph&&) = default;
    ~ForwardGraph() = default;

    /// What does something with the input, in order: no constants, no look-ups of attributes.
    [[nodiscard]] const std::vector<Node*>& steps() const { return steps_; }
    /// In order; the last one is the end, where the result passes.
    [[nodiscard]] const std::vector<Boundary>& boundaries() const { return boundaries_; }
    [[nodiscard]] Value* images() const { return graph_->inputs()[1]; }
    [[nodiscard]] Value* result() const { return graph_->outputs()[0]; }

    /// Where an attribute is, seen from the module: "layer1", "encoder.pos_embedding"; "" for the module itself.
    /// Nothing for values that are no attributes.
    [[nodiscard]] std::optional<std::string> path_of(const Value* value) const;
    /// The attribute of such a value.
    [[nodiscard]] c10::IValue attribute(const Value* value) const;
    /// The child whose forward a step calls; nothing for other steps.
    [[nodiscard]] std::optional<torch::jit::Module> child_called_by(const Node* step) const;
    /// The values from outside that a step uses, its inner blocks included.
    [[nodiscard]] static std::vector<Value*> uses_of(Node* step);

    /// Puts the code of a child in the place of its calls. False when `step` calls no child.
    bool open(const Node* step);

private:
    void settle();
    bool inline_calls(torch::jit::Block& block);
    void make_constant(torch::jit::Block& block);
    void collect_attributes(torch::jit::Block& block, std::vector<Node*>& found) const;
    void hoist_attributes();
    void find_steps();
    void find_boundaries();
    [[nodiscard]] std::set<std::size_t> inside_shared_tensors() const;

    torch::jit::Module module_;
    std::shared_ptr<torch::jit::Graph> graph_;
    std::set<std::string> opened_ = {""};
    std::vector<Node*> steps_;
    std::vector<Boundary> boundaries_;
};

/// Whether a node gives the number of images: the length of a tensor's first axis. Where it is needed it is taken from
/// the tensor at hand, so that it keeps no other tensor alive.
[[nodiscard]] bool counts_images(const torch::jit::Node* node);

/// Whether an attribute is a number, a flag or a text, or several: what a module was made with.
[[nodiscard]] bool is_setting(const c10::IValue& attribute);

/// The parameters and buffers that are, or are in, an attribute.
[[nodiscard]] std::vector<at::Tensor> tensors_in(const c10::IValue& attribute);

}  // namespace graft
