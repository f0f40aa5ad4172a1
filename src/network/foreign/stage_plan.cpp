#include "network/foreign/stage_plan.hpp"

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "network/foreign/stage_module.hpp"

namespace graft {
namespace {

using torch::jit::Node;
using torch::jit::Value;

constexpr double kLargeShare = 0.8;
constexpr int kDeepest = 16;  // children within children that are opened

std::vector<at::Tensor> parameters_of(const ForwardGraph& graph, Node* step) {
    std::vector<at::Tensor> found;
    for (const Value* used : ForwardGraph::uses_of(step)) {
        if (!graph.path_of(used)) continue;
        const c10::IValue attribute = graph.attribute(used);
        if (attribute.isModule())
            for (const at::Tensor& parameter : attribute.toModule().parameters()) found.push_back(parameter);
        else if (attribute.isTensor() && attribute.toTensor().is_floating_point())
            found.push_back(attribute.toTensor());
    }
    return found;
}

std::int64_t count(const std::vector<at::Tensor>& tensors) {
    std::int64_t total = 0;
    for (const at::Tensor& tensor : tensors) total += tensor.numel();
    return total;
}

/// A child with matrices, or an operator on one: what a stage begins with. Scales, shifts, and the tokens and positions
/// that a transformer adds, are not.
bool begins_a_stage(const ForwardGraph& graph, std::size_t end) {
    const auto [begin, stop] = steps_between(graph, end - 1, end);
    return std::any_of(graph.steps().begin() + static_cast<std::ptrdiff_t>(begin),
                       graph.steps().begin() + static_cast<std::ptrdiff_t>(stop), [&](Node* step) {
                           static const std::set<std::string_view> kDense = {
                               "aten::linear", "aten::addmm", "aten::matmul", "aten::conv2d", "aten::_convolution"};
                           if (!graph.child_called_by(step) && !kDense.contains(step->kind().toQualString()))
                               return false;
                           const auto parameters = parameters_of(graph, step);
                           return std::ranges::any_of(parameters, [](const at::Tensor& p) { return p.dim() > 1; });
                       });
}

/// What may follow a classifier or stand between it and the features.
bool keeps_scores(const Node& node) {
    static const std::set<std::string_view> kKinds = {"aten::softmax",   "aten::log_softmax", "aten::sigmoid",
                                                      "aten::dropout",   "aten::dropout_",    "aten::to",
                                                      "aten::contiguous"};
    return kKinds.contains(node.kind().toQualString());
}

/// The input and the weight of a dense layer; nothing for other operators.
struct Dense {
    Value *input, *weight;
};
std::optional<Dense> as_dense(Node& node) {
    const std::string_view kind = node.kind().toQualString();
    if (kind == "aten::linear") return Dense{node.input(0), node.input(1)};
    if (kind != "aten::addmm") return std::nullopt;
    const Node* const transposed = node.input(2)->node();
    if (std::string_view(transposed->kind().toQualString()) != "aten::t") return std::nullopt;
    return Dense{node.input(1), transposed->input(0)};
}

std::optional<std::size_t> end_where(const ForwardGraph& graph, const Value* tensor) {
    for (std::size_t end = 1; end <= graph.boundaries().size(); ++end)
        if (tensor_at(graph, end) == tensor) return end;
    return std::nullopt;
}

bool any_parameters_before(const ForwardGraph& graph, std::size_t end) {
    for (std::size_t i = 1; i <= end; ++i)
        if (has_parameters(graph, i)) return true;
    return false;
}

/// The child with the greatest share of the parameters, if it is large and a step calls it.
const Node* large_child(const ForwardGraph& graph, std::size_t end) {
    std::int64_t total = 0, most = 0;
    const Node* largest = nullptr;
    for (std::size_t i = 0; i < steps_between(graph, 0, end).second; ++i) {
        Node* const step = graph.steps()[i];
        const std::int64_t parameters = count(parameters_of(graph, step));
        total += parameters;
        if (parameters > most && graph.child_called_by(step)) {
            most = parameters;
            largest = step;
        }
    }
    return static_cast<double>(most) > kLargeShare * static_cast<double>(total) ? largest : nullptr;
}

/// The boundary that is so many steps before the end of the graph.
std::size_t end_before_tail(const ForwardGraph& graph, std::size_t tail_steps) {
    std::size_t end = 1;
    while (graph.boundaries().at(end - 1).end + tail_steps < graph.steps().size()) ++end;
    return end;
}

}  // namespace

bool has_parameters(const ForwardGraph& graph, std::size_t end) {
    const auto [begin, stop] = steps_between(graph, end - 1, end);
    for (std::size_t i = begin; i < stop; ++i)
        if (!parameters_of(graph, graph.steps()[i]).empty()) return true;
    return false;
}

std::optional<FoundClassifier> find_classifier(ForwardGraph& graph) {
    ForwardGraph trial = graph;
    for (int depth = 0; depth < kDeepest;) {
        Node* node = trial.result()->node();
        while (keeps_scores(*node)) node = node->input(0)->node();
        if (trial.open(node)) {
            ++depth;
            continue;
        }
        const auto dense = as_dense(*node);
        const auto path = dense ? trial.path_of(dense->weight) : std::nullopt;
        const auto end = dense ? end_where(trial, dense->input) : std::nullopt;
        if (!path || !end || !any_parameters_before(trial, *end)) return std::nullopt;
        const std::int64_t classes = trial.attribute(dense->weight).toTensor().size(0);
        graph = std::move(trial);
        return FoundClassifier{*end, path->substr(0, path->rfind('.')), classes};
    }
    return std::nullopt;
}

std::vector<std::size_t> stage_ends(const ForwardGraph& graph, std::size_t last) {
    std::vector<std::size_t> ends;
    bool has_begun = false;
    for (std::size_t end = 1; end <= last; ++end) {
        if (!begins_a_stage(graph, end)) continue;
        if (has_begun) ends.push_back(end - 1);
        has_begun = true;
    }
    ends.push_back(last);
    return ends;
}

std::size_t open_large_children(ForwardGraph& graph, std::size_t end) {
    const std::size_t tail_steps = graph.steps().size() - graph.boundaries().at(end - 1).end;
    ForwardGraph trial = graph;
    std::size_t trial_end = end;
    for (int depth = 0; depth < kDeepest; ++depth) {
        const Node* const child = large_child(trial, trial_end);
        if (child == nullptr || !trial.open(child)) break;
        trial_end = end_before_tail(trial, tail_steps);
        if (stage_ends(trial, trial_end).size() <= stage_ends(graph, end).size()) continue;
        graph = trial;
        end = trial_end;
    }
    return end;
}

std::string name_of_part(const ForwardGraph& graph, std::size_t first, std::size_t last) {
    const auto [begin, stop] = steps_between(graph, first, last);
    for (std::size_t i = begin; i < stop; ++i)
        for (const Value* used : ForwardGraph::uses_of(graph.steps()[i])) {
            const auto path = graph.path_of(used);
            if (!path || path->empty()) continue;
            const c10::IValue attribute = graph.attribute(used);
            if (attribute.isModule() && !tensors_in(attribute).empty()) return *path;
            if (attribute.isTensor() && path->find('.') != std::string::npos) return path->substr(0, path->rfind('.'));
            if (attribute.isTensor()) return *path;
        }
    return "";
}

}  // namespace graft
