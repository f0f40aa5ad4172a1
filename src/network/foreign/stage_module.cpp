#include "network/foreign/stage_module.hpp"

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/compilation_unit.h>

#include <functional>
#include <stdexcept>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace graft {
namespace {

using torch::jit::Node;
using torch::jit::Value;
namespace attr = torch::jit::attr;
namespace prim = torch::jit::prim;

/// Whether an attribute is declared as a parameter where it is.
bool is_parameter(const ForwardGraph& graph, const Value* value) {
    const auto owner = graph.attribute(value->node()->input()).toObject()->type();
    return owner->is_parameter(owner->getAttributeSlot(value->node()->s(attr::name)));
}

/// Copies steps into the graph of a stage's forward.
class Copier {
public:
    using Share = std::function<std::string(const Value*)>;

    /// @param share gives the stage an attribute of the whole and says what it is called there
    Copier(const ForwardGraph& whole, const TorchModule& stage, Value* input, Share share)
        : whole_(whole), share_(std::move(share)), graph_(std::make_shared<torch::jit::Graph>()) {
        self_ = graph_->addInput("self")->setType(stage.type());
        input_ = graph_->addInput("x");
        copies_[input] = input_;
    }

    void copy(Node* step) {
        Node* const copy = graph_->createClone(step, [this](Value* value) { return copy_of(value); });
        graph_->insertNode(copy);
        for (std::size_t i = 0; i < step->outputs().size(); ++i) copies_[step->outputs()[i]] = copy->outputs()[i];
    }

    std::shared_ptr<torch::jit::Graph> finish(Value* output) {
        graph_->registerOutput(copy_of(output));
        graph_->lint();
        return graph_;
    }

private:
    Value* copy_of(Value* value) {
        if (const auto known = copies_.find(value); known != copies_.end()) return known->second;
        Value* copy = nullptr;
        if (whole_.path_of(value)) {
            copy = graph_->insertGetAttr(self_, share_(value));
        } else {
            copy = graph_->insertNode(remade(value->node()))->output();
        }
        copies_[value] = copy;
        return copy;
    }

    /// A constant, a list of constants, or the number of images, which the stage's own input tells.
    Node* remade(Node* node) {
        const std::string_view kind = node->kind().toQualString();
        if (counts_images(node) && (kind == "aten::size" || kind == "aten::__getitem__")) {
            Node* const size = graph_->create(c10::aten::size, {input_, graph_->insertConstant(c10::IValue(0))});
            size->output()->setType(c10::IntType::get());
            return size;
        }
        if (node->kind() != prim::Constant && node->kind() != prim::ListConstruct && !counts_images(node))
            throw std::logic_error("a stage uses a value of another stage");
        return graph_->createClone(node, [this](Value* inner) { return copy_of(inner); });
    }

    const ForwardGraph& whole_;
    Share share_;
    std::shared_ptr<torch::jit::Graph> graph_;
    Value *self_ = nullptr, *input_ = nullptr;
    std::unordered_map<const Value*, Value*> copies_;
};

/// The last part of a path that is not taken yet, or the whole of it with underscores.
std::string free_name(const std::string& path, const TorchModule& stage) {
    const std::string last = path.substr(path.rfind('.') + 1);
    if (!stage.hasattr(last) && last != "forward") return last;
    std::string name = path;
    for (char& letter : name)
        if (letter == '.') letter = '_';
    while (stage.hasattr(name)) name += '_';
    return name;
}

}  // namespace

std::pair<std::size_t, std::size_t> steps_between(const ForwardGraph& graph, std::size_t first, std::size_t last) {
    const auto& boundaries = graph.boundaries();
    return {first == 0 ? 0 : boundaries.at(first - 1).end, boundaries.at(last - 1).end};
}

Value* tensor_at(const ForwardGraph& graph, std::size_t end) {
    return end == 0 ? graph.images() : graph.boundaries().at(end - 1).tensor;
}

bool StageMaker::is_child_alone(std::size_t first, std::size_t last) const {
    const auto [begin, end] = steps_between(graph_, first, last);
    if (end != begin + 1) return false;
    const Node* const step = graph_.steps()[begin];
    return graph_.child_called_by(step) && step->s(attr::name) == "forward" && step->inputs().size() == 2 &&
           step->input(1) == tensor_at(graph_, first);
}

void StageMaker::share(const std::string& path, const c10::IValue& attribute, const std::string& name,
                       TorchModule& stage) {
    const bool is_second = !given_away_.insert(path).second;
    if (attribute.isModule()) {
        TorchModule child = attribute.toModule();
        stage.register_module(name, is_second ? child.deepcopy() : child);
    } else {
        stage.register_attribute(name, attribute.type(), attribute);
    }
}

TorchModule StageMaker::make(std::size_t first, std::size_t last) {
    const auto [begin, end] = steps_between(graph_, first, last);
    if (is_child_alone(first, last)) {
        const Node* const step = graph_.steps()[begin];
        const bool is_second = !given_away_.insert(*graph_.path_of(step->input(0))).second;
        const TorchModule child = *graph_.child_called_by(step);
        return is_second ? child.deepcopy() : child;
    }
    TorchModule stage = make_module("Stage");
    std::unordered_map<std::string, std::string> names;
    const auto share_value = [&](const Value* value) {
        const std::string path = *graph_.path_of(value);
        if (path.empty()) throw std::logic_error("a step takes the whole module");
        const c10::IValue attribute = graph_.attribute(value);
        if (attribute.isBool()) return std::string("training");  // the only flag that is no constant
        const auto [entry, is_new] = names.emplace(path, "");
        if (!is_new) return entry->second;
        entry->second = free_name(path, stage);
        if (!attribute.isTensor())
            share(path, attribute, entry->second, stage);
        else if (is_parameter(graph_, value))
            stage.register_parameter(entry->second, attribute.toTensor(), false);
        else
            stage.register_buffer(entry->second, attribute.toTensor());
        return entry->second;
    };
    Copier copier(graph_, stage, tensor_at(graph_, first), share_value);
    for (std::size_t i = begin; i < end; ++i) copier.copy(graph_.steps()[i]);
    const auto graph = copier.finish(tensor_at(graph_, last));
    const c10::QualifiedName name(*stage.type()->name(), "forward");
    stage.eval();  // as the whole is
    stage.type()->addMethod(stage._ivalue()->compilation_unit()->create_function(name, graph));
    return stage;
}

}  // namespace graft
