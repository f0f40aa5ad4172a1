#include "network/foreign/forward_graph.hpp"

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/lower_tuples.h>

#include <algorithm>
#include <limits>
#include <ranges>
#include <string_view>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

using torch::jit::Block;
using torch::jit::Node;
using torch::jit::Value;
namespace attr = torch::jit::attr;
namespace prim = torch::jit::prim;

constexpr int kMostRounds = 1000;  // of opening calls within calls

/// The function that a call runs, or nullptr when it is not one of TorchScript's own.
torch::jit::GraphFunction* function_of(const Node& call) {
    if (call.kind() == prim::CallFunction) {
        const auto type = call.input(0)->type()->cast<c10::FunctionType>();
        return type == nullptr ? nullptr : torch::jit::tryToGraphFunction(*type->function());
    }
    const auto type = call.input(0)->type()->cast<c10::ClassType>();
    torch::jit::Function* const method = type == nullptr ? nullptr : type->findMethod(call.s(attr::name));
    return method == nullptr ? nullptr : torch::jit::tryToGraphFunction(*method);
}

/// All axes of a tensor, of which only the number of images is wanted.
bool is_shape_for_counting(const Node& node) {
    return node.kind() == c10::aten::size && node.inputs().size() == 1 &&
           std::ranges::all_of(node.output()->uses(),
                               [](const torch::jit::Use& use) { return counts_images(use.user); });
}

/// Looking it up or making it takes nothing from the input but the number of images.
bool is_free(const Node& node) {
    if (node.kind() == prim::Constant || node.kind() == prim::GetAttr) return true;
    if (counts_images(&node) || is_shape_for_counting(node)) return true;
    return node.kind() == prim::ListConstruct && !node.inputs().empty() &&
           std::ranges::all_of(node.inputs(), [](const Value* item) { return item->node()->kind() == prim::Constant; });
}

void collect_uses(Block& block, std::vector<Value*>& uses) {
    const auto add = [&](Node& node) { uses.insert(uses.end(), node.inputs().begin(), node.inputs().end()); };
    for (Node* node : block.nodes()) {
        add(*node);
        for (Block* inner : node->blocks()) collect_uses(*inner, uses);
    }
    add(*block.return_node());
}

bool is_inside(const Node* node, const Node* outer) {
    for (const Node* owner = node; owner != nullptr; owner = owner->owningBlock()->owningNode())
        if (owner == outer) return true;
    return false;
}

/// Branches of which nothing is used, such as auxiliary classifiers that only training has. Checks give nothing and
/// stay.
void drop_unused_branches(torch::jit::Graph& graph) {
    for (auto next = graph.nodes().begin(); next != graph.nodes().end();) {
        Node* const node = *next++;
        if (node->kind() == prim::If && !node->outputs().empty() && !node->hasUses()) node->destroy();
    }
}

/// Other arguments than the picture take their defaults.
void drop_other_arguments(torch::jit::Graph& graph, const c10::FunctionSchema& schema) {
    const torch::jit::WithInsertPoint at_the_beginning(*graph.nodes().begin());
    while (graph.inputs().size() > 2) {
        const std::size_t last = graph.inputs().size() - 1;
        const auto value = schema.arguments().at(last).default_value();
        if (!value) throw DataError(format_text("its forward needs {} arguments, not pictures alone", last));
        graph.inputs()[last]->replaceAllUsesWith(graph.insertConstant(*value));
        graph.eraseInput(last);
    }
}

}  // namespace

ForwardGraph::ForwardGraph(const torch::jit::Module& module) : module_(module) {
    const torch::jit::Method forward = module.get_method("forward");
    graph_ = forward.graph()->copy();
    if (graph_->inputs().size() < 2) throw DataError("its forward takes no pictures");
    drop_other_arguments(*graph_, forward.function().getSchema());
    settle();
    if (graph_->outputs().size() != 1 || !result()->type()->isSubtypeOf(*c10::TensorType::get()))
        throw DataError("its forward returns " + result()->type()->repr_str() + ", not one tensor");
}

ForwardGraph::ForwardGraph(const ForwardGraph& other)
    : module_(other.module_), graph_(other.graph_->copy()), opened_(other.opened_) {
    find_steps();
}

ForwardGraph& ForwardGraph::operator=(const ForwardGraph& other) { return *this = ForwardGraph(other); }

std::optional<std::string> ForwardGraph::path_of(const Value* value) const {
    if (value == graph_->inputs()[0]) return "";
    if (value->node()->kind() != prim::GetAttr) return std::nullopt;
    const auto owner = path_of(value->node()->input());
    if (!owner) return std::nullopt;
    return (owner->empty() ? "" : *owner + ".") + value->node()->s(attr::name);
}

c10::IValue ForwardGraph::attribute(const Value* value) const {
    if (value == graph_->inputs()[0]) return module_._ivalue();
    return attribute(value->node()->input()).toObjectRef().getAttr(value->node()->s(attr::name));
}

std::optional<torch::jit::Module> ForwardGraph::child_called_by(const Node* step) const {
    if (step->kind() != prim::CallMethod || !path_of(step->input(0))) return std::nullopt;
    const c10::IValue child = attribute(step->input(0));
    return child.isModule() ? std::optional(child.toModule()) : std::nullopt;
}

std::vector<Value*> ForwardGraph::uses_of(Node* step) {
    std::vector<Value*> all(step->inputs().begin(), step->inputs().end()), outside;
    for (Block* inner : step->blocks()) collect_uses(*inner, all);
    std::ranges::copy_if(all, std::back_inserter(outside),
                         [&](const Value* value) { return !is_inside(value->node(), step); });
    return outside;
}

bool ForwardGraph::open(const Node* step) {
    if (!child_called_by(step)) return false;
    opened_.insert(*path_of(step->input(0)));
    settle();
    return true;
}

void ForwardGraph::settle() {
    for (int round = 0; inline_calls(*graph_->block()); ++round)
        if (round > kMostRounds) throw DataError("its forward calls too deeply");
    hoist_attributes();
    make_constant(*graph_->block());
    torch::jit::ConstantPropagation(graph_);
    torch::jit::LowerSimpleTuples(graph_);  // what methods return together is taken apart at once
    drop_unused_branches(*graph_);
    torch::jit::EliminateDeadCode(graph_);
    find_steps();
}

/// Functions, and methods of what is open. True when there was one.
bool ForwardGraph::inline_calls(Block& block) {
    bool found = false;
    for (auto next = block.nodes().begin(); next != block.nodes().end();) {
        Node* const node = *next++;
        for (Block* inner : node->blocks()) found = inline_calls(*inner) || found;
        const bool is_function = node->kind() == prim::CallFunction;
        if (!is_function && node->kind() != prim::CallMethod) continue;
        const auto path = is_function ? std::optional<std::string>() : path_of(node->input(0));
        if (!is_function && (!path || !opened_.contains(*path))) continue;
        torch::jit::GraphFunction* const function = function_of(*node);
        if (function == nullptr) continue;
        if (is_function) node->removeInput(0);
        torch::jit::inlineCallTo(node, function, function->graph().get());
        found = true;
    }
    return found;
}

void ForwardGraph::collect_attributes(Block& block, std::vector<Node*>& found) const {
    for (Node* node : block.nodes()) {
        if (node->kind() == prim::SetAttr) throw DataError("its forward changes its own attributes");
        if (node->kind() == prim::GetAttr && path_of(node->output())) found.push_back(node);
        for (Block* inner : node->blocks()) collect_attributes(*inner, found);
    }
}

/// All look-ups come first, so that those inside of blocks are uses from outside.
void ForwardGraph::hoist_attributes() {
    std::vector<Node*> found;
    collect_attributes(*graph_->block(), found);
    if (found.empty()) return;
    Node* const anchor = graph_->insertConstant(c10::IValue(0))->node();
    anchor->moveBefore(*graph_->nodes().begin());
    for (Node* node : found) node->moveBefore(anchor);
    anchor->destroy();
}

/// Numbers and flags that a module was made with decide which way its code takes. `training` alone changes.
void ForwardGraph::make_constant(Block& block) {
    for (auto next = block.nodes().begin(); next != block.nodes().end();) {
        Node* const node = *next++;
        if (node->kind() != prim::GetAttr || node->s(attr::name) == "training") continue;
        if (!path_of(node->output())) continue;
        const c10::IValue value = attribute(node->output());
        if (!is_setting(value)) continue;
        const torch::jit::WithInsertPoint before(node);
        Value* const constant = graph_->insertConstant(value);
        node->output()->replaceAllUsesWith(constant);
        node->destroy();
    }
}

void ForwardGraph::find_steps() {
    steps_.clear();
    for (Node* node : graph_->nodes())
        if (!is_free(*node)) steps_.push_back(node);
    find_boundaries();
}

/// The boundaries between two steps that use the same parameter or buffer, as numbers of steps: no stage may end there.
std::set<std::size_t> ForwardGraph::inside_shared_tensors() const {
    std::map<const void*, std::size_t> first;
    std::set<std::size_t> inside;
    for (std::size_t i = 0; i < steps_.size(); ++i)
        for (const Value* used : uses_of(steps_[i])) {
            if (!path_of(used)) continue;
            for (const at::Tensor& tensor : tensors_in(attribute(used))) {
                const std::size_t from = first.emplace(tensor.unsafeGetTensorImpl(), i).first->second;
                for (std::size_t end = from + 1; end <= i; ++end) inside.insert(end);
            }
        }
    return inside;
}

void ForwardGraph::find_boundaries() {
    const std::size_t count = steps_.size();
    std::map<Value*, std::size_t> last_use = {{images(), 0}};
    for (std::size_t i = 0; i < count; ++i) {
        for (Value* output : steps_[i]->outputs()) last_use.emplace(output, i);
        for (Value* used : uses_of(steps_[i]))
            if (const auto known = last_use.find(used); known != last_use.end()) known->second = i;
    }
    last_use[result()] = std::numeric_limits<std::size_t>::max();
    const std::set<std::size_t> forbidden = inside_shared_tensors();
    boundaries_.clear();
    std::set<Value*> alive = {images()};
    const Value* previous = images();
    for (std::size_t i = 0; i < count; ++i) {
        alive.insert(steps_[i]->outputs().begin(), steps_[i]->outputs().end());
        std::erase_if(alive, [&](Value* value) { return last_use.at(value) <= i; });
        if (alive.size() != 1 || i + 1 == count || forbidden.contains(i + 1)) continue;
        Value* const tensor = *alive.begin();
        if (tensor == previous || !tensor->type()->isSubtypeOf(*c10::TensorType::get())) continue;
        boundaries_.push_back({i + 1, tensor});
        previous = tensor;
    }
    boundaries_.push_back({count, result()});
}

bool counts_images(const Node* node) {
    const auto is_zero = [](const Value* value) {
        const auto constant = torch::jit::toIValue(value);
        return constant && constant->isInt() && constant->toInt() == 0;
    };
    const std::string_view kind = node->kind().toQualString();
    if (kind == "aten::size") return node->inputs().size() == 2 && is_zero(node->input(1));
    if (kind == "aten::__getitem__")
        return node->input(0)->node()->kind() == c10::aten::size && node->input(0)->node()->inputs().size() == 1 &&
               is_zero(node->input(1));
    // What a traced module makes of it on the way.
    return (kind == "prim::NumToTensor" || kind == "aten::Int") && counts_images(node->input(0)->node());
}

bool is_setting(const c10::IValue& attribute) {
    return attribute.isBool() || attribute.isInt() || attribute.isDouble() || attribute.isString() ||
           attribute.isNone() || attribute.isIntList() || attribute.isDoubleList();
}

std::vector<at::Tensor> tensors_in(const c10::IValue& attribute) {
    std::vector<at::Tensor> tensors;
    if (attribute.isTensor()) tensors.push_back(attribute.toTensor());
    if (!attribute.isModule()) return tensors;
    const torch::jit::Module module = attribute.toModule();
    for (const at::Tensor& parameter : module.parameters()) tensors.push_back(parameter);
    for (const at::Tensor& buffer : module.buffers()) tensors.push_back(buffer);
    return tensors;
}

}  // namespace graft
