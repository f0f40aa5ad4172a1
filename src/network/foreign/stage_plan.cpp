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

bool is_one_of(const Node& node, const std::set<std::string_view>& kinds) {
    return kinds.contains(node.kind().toQualString());
}

/// What stands between the end of a network and what may be its classifier.
struct Ending {
    Node* node;  ///< the candidate
    bool pools = false, reshapes = false, activates = false;
};
Ending ending_of(Node* node) {
    static const std::set<std::string_view> kKeepScores = {"aten::softmax",   "aten::log_softmax", "aten::sigmoid",
                                                           "aten::dropout",   "aten::dropout_",    "aten::to",
                                                           "aten::contiguous"};
    static const std::set<std::string_view> kPool = {"aten::adaptive_avg_pool2d", "aten::avg_pool2d", "aten::mean"};
    static const std::set<std::string_view> kReshape = {"aten::flatten", "aten::reshape", "aten::view",
                                                        "aten::squeeze"};
    static const std::set<std::string_view> kActivate = {"aten::relu", "aten::relu_"};
    for (Ending ending{node};; ending.node = ending.node->input(0)->node()) {
        if (is_one_of(*ending.node, kPool))
            ending.pools = true;
        else if (is_one_of(*ending.node, kReshape))
            ending.reshapes = true;
        else if (is_one_of(*ending.node, kActivate))
            ending.activates = true;
        else if (!is_one_of(*ending.node, kKeepScores))
            return ending;
    }
}

/// A layer that makes class scores of each vector of its input.
struct Dense {
    Value *input, *weight;
};
/// A dense layer; nothing for other operators.
std::optional<Dense> as_dense(Node& node) {
    const std::string_view kind = node.kind().toQualString();
    if (kind == "aten::linear") return Dense{node.input(0), node.input(1)};
    if (kind != "aten::addmm") return std::nullopt;
    const Node* const transposed = node.input(2)->node();
    if (std::string_view(transposed->kind().toQualString()) != "aten::t") return std::nullopt;
    return Dense{node.input(1), transposed->input(0)};
}
/// A convolution of 1x1 with a bias, a dense layer at every place; nothing for other operators.
std::optional<Dense> as_point_convolution(const ForwardGraph& graph, Node& node) {
    const std::string_view kind = node.kind().toQualString();
    if (kind != "aten::conv2d" && kind != "aten::_convolution") return std::nullopt;
    const auto groups = torch::jit::toIValue(node.input(kind == "aten::conv2d" ? 6 : 8));
    if (!groups || !groups->isInt() || groups->toInt() != 1) return std::nullopt;
    const auto is_tensor = [&](const Value* value) {
        return graph.path_of(value) && graph.attribute(value).isTensor();
    };
    if (!is_tensor(node.input(1)) || !is_tensor(node.input(2))) return std::nullopt;
    const at::Tensor weight = graph.attribute(node.input(1)).toTensor();
    if (weight.dim() != 4 || weight.size(2) != 1 || weight.size(3) != 1) return std::nullopt;
    return Dense{node.input(0), node.input(1)};
}

/// A dense layer at the end, or a 1x1 convolution whose maps are averaged into the scores (SqueezeNet's) or which
/// stands after the pooling. There an activation makes it a layer of features (MobileNetV3's).
std::optional<Dense> classifier_at(const ForwardGraph& graph, const Ending& ending) {
    if (!ending.pools && !ending.reshapes && !ending.activates) return as_dense(*ending.node);
    if (!ending.pools && ending.activates) return std::nullopt;
    return as_point_convolution(graph, *ending.node);
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
        const Ending ending = ending_of(trial.result()->node());
        if (trial.open(ending.node)) {
            ++depth;
            continue;
        }
        const auto dense = classifier_at(trial, ending);
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
