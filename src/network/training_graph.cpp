#include "network/training_graph.hpp"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/runtime/custom_operator.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#include <functional>
#include <string>
#include <vector>

#include "network/depthwise.hpp"

namespace graft {
namespace {

using torch::jit::Block;
using torch::jit::Node;

constexpr const char* kConvolution = "graft::conv2d_to_train";
enum ConvInput : std::size_t { kPadding = 4, kGroups = 6 };

/// Makes TorchScript's interpreter know graft's convolution. No module that is saved names it.
void register_convolution() {
    static const torch::jit::RegisterOperators registered({torch::jit::Operator(
        "graft::conv2d_to_train(Tensor input, Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] "
        "dilation, "
        "int groups) -> Tensor",
        [](torch::jit::Stack& stack) {
            const std::vector<c10::IValue> inputs = torch::jit::pop(stack, 7);
            torch::jit::push(
                stack, conv2d_to_train(inputs[0].toTensor(), inputs[1].toTensor(), inputs[2].toOptional<at::Tensor>(),
                                       inputs[3].toIntVector(), inputs[4].toIntVector(), inputs[5].toIntVector(),
                                       inputs[6].toInt()));
        },
        c10::AliasAnalysisKind::FROM_SCHEMA)});
}

void for_each_node(Block* block, const std::function<void(Node*)>& visit) {
    for (auto node = block->nodes().begin(); node != block->nodes().end();) {
        Node* current = *node;
        ++node;  // before it may be destroyed
        for (Block* inner : current->blocks()) for_each_node(inner, visit);
        visit(current);
    }
}

bool is_grouped_convolution(const Node& node) {
    if (node.kind() != c10::Symbol::fromQualString("aten::conv2d") || node.inputs().size() != kGroups + 1) return false;
    const auto padding = node.input(kPadding)->type();
    const auto groups = torch::jit::toIValue(node.input(kGroups));
    return padding->isSubtypeOf(*c10::ListType::ofInts()) && groups && groups->isInt() && groups->toInt() > 1;
}

/// Whether it is ReLU6 or the like. LibTorch computes clamp's gradient in four passes, that of hardtanh in one.
bool is_clamp_between_constants(const Node& node) {
    return node.kind() == c10::Symbol::fromQualString("aten::clamp") && node.inputs().size() == 3 &&
           node.input(1)->type()->isSubtypeOf(*c10::NumberType::get()) &&
           node.input(2)->type()->isSubtypeOf(*c10::NumberType::get());
}

void replace(Node* node, const char* by) {
    torch::jit::Graph& graph = *node->owningGraph();
    Node* own = graph.create(c10::Symbol::fromQualString(by), node->inputs(), 1)->insertBefore(node);
    own->output()->setType(node->output()->type());
    node->output()->replaceAllUsesWith(own->output());
    node->destroy();
}

bool may_draw(const Node& node) {
    const std::string name = node.kind().toQualString();
    for (const char* word : {"dropout", "bernoulli", "rand", "normal_", "uniform", "exponential", "rrelu"})
        if (name.starts_with("aten::") && name.find(word) != std::string::npos) return true;
    return node.kind() == torch::jit::prim::CallMethod;  // what an interface calls is not known here
}

}  // namespace

struct TrainingGraph::Parts {
    TorchModule module;
    torch::jit::Code code;
    bool draws = false;
};

TrainingGraph::TrainingGraph(const TorchModule& module) {
    register_convolution();
    const auto graph = module.get_method("forward").graph()->copy();
    torch::jit::Inline(*graph);
    bool draws = false;
    for_each_node(graph->block(), [&](Node* node) {
        draws = draws || may_draw(*node);
        if (is_grouped_convolution(*node))
            replace(node, kConvolution);
        else if (is_clamp_between_constants(*node))
            replace(node, "aten::hardtanh");
    });
    parts_ = std::make_unique<Parts>(Parts{module, torch::jit::Code(graph, "train"), draws});
}

TrainingGraph::~TrainingGraph() = default;
TrainingGraph::TrainingGraph(TrainingGraph&&) noexcept = default;
TrainingGraph& TrainingGraph::operator=(TrainingGraph&&) noexcept = default;

at::Tensor TrainingGraph::operator()(const at::Tensor& input) const {
    torch::jit::Stack stack{parts_->module._ivalue(), input};
    torch::jit::InterpreterState(parts_->code).run(stack);
    return torch::jit::pop(stack).toTensor();
}

bool TrainingGraph::draws() const { return parts_->draws; }

}  // namespace graft
