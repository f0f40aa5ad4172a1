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
constexpr const char* kBranch = "graft::branch_to_train";
enum ConvInput : std::size_t { kPadding = 4, kGroups = 6 };
enum BatchNormInput : std::size_t { kMomentum = 6 };

/// The branch of one residual sum, as much of it as each image keeps.
at::Tensor branch_to_train(const at::Tensor& branch, const at::Tensor& kept, std::int64_t sum) {
    if (!kept.defined()) return branch;
    std::vector<std::int64_t> shape(static_cast<std::size_t>(branch.dim()), 1);
    shape[0] = branch.size(0);
    return branch * kept.select(1, sum).to(branch.scalar_type()).view(shape);
}

/// Makes TorchScript's interpreter know graft's own operators. No module that is saved names them.
void register_operators() {
    static const torch::jit::RegisterOperators registered(
        {torch::jit::Operator(
             "graft::conv2d_to_train(Tensor input, Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] "
             "dilation, "
             "int groups) -> Tensor",
             [](torch::jit::Stack& stack) {
                 const std::vector<c10::IValue> inputs = torch::jit::pop(stack, 7);
                 torch::jit::push(stack,
                                  conv2d_to_train(inputs[0].toTensor(), inputs[1].toTensor(),
                                                  inputs[2].toOptional<at::Tensor>(), inputs[3].toIntVector(),
                                                  inputs[4].toIntVector(), inputs[5].toIntVector(), inputs[6].toInt()));
             },
             c10::AliasAnalysisKind::FROM_SCHEMA),
         torch::jit::Operator(
             "graft::branch_to_train(Tensor branch, Tensor kept, int sum) -> Tensor",
             [](torch::jit::Stack& stack) {
                 const std::vector<c10::IValue> inputs = torch::jit::pop(stack, 3);
                 torch::jit::push(stack,
                                  branch_to_train(inputs[0].toTensor(), inputs[1].toTensor(), inputs[2].toInt()));
             },
             c10::AliasAnalysisKind::CONSERVATIVE)});
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

/// The name of the class in whose method the node was written; "" for the outermost.
std::string class_around(const Node& node) {
    const auto calls = node.callstack();
    if (!calls) return "";
    const auto module = std::get<torch::jit::kModuleInstanceInfo>((*calls)->vec().back());
    return module && module->class_type()->name() ? module->class_type()->name()->name() : "";
}

bool is_residual_sum(const Node& node, const ResidualSums& sums) {
    const auto is_tensor = [&](std::size_t input) {
        return node.input(input)->type()->isSubtypeOf(*c10::TensorType::get());
    };
    return !sums.block.empty() && node.kind() == c10::Symbol::fromQualString("aten::add") && is_tensor(0) &&
           is_tensor(1) && class_around(node) == sums.block;
}

/// Lets the sum add what is kept of the branch.
void keep_branch(Node* sum, std::size_t branch, torch::jit::Value* kept, std::size_t index) {
    torch::jit::Graph& graph = *sum->owningGraph();
    const torch::jit::WithInsertPoint before(sum);
    torch::jit::Value* number = graph.insertConstant(static_cast<std::int64_t>(index));
    Node* node =
        graph.insertNode(graph.create(c10::Symbol::fromQualString(kBranch), {sum->input(branch), kept, number}, 1));
    node->output()->setType(sum->input(branch)->type());
    sum->replaceInput(branch, node->output());
}

void forget_earlier_statistics(Node* batch_norm) {
    const torch::jit::WithInsertPoint before(batch_norm);
    batch_norm->replaceInput(kMomentum, batch_norm->owningGraph()->insertConstant(1.0));
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
    std::size_t residual_sums = 0;
};

TrainingGraph::TrainingGraph(const TorchModule& module, const GraphChanges& changes) {
    register_operators();
    const auto graph = module.get_method("forward").graph()->copy();
    torch::jit::Inline(*graph);
    torch::jit::Value* kept = graph->addInput("kept");
    bool draws = false;
    std::size_t sums = 0;
    for_each_node(graph->block(), [&](Node* node) {
        draws = draws || may_draw(*node);
        if (changes.cpu_operators && is_grouped_convolution(*node))
            replace(node, kConvolution);
        else if (changes.cpu_operators && is_clamp_between_constants(*node))
            replace(node, "aten::hardtanh");
        else if (is_residual_sum(*node, changes.residual_sums))
            keep_branch(node, changes.residual_sums.branch, kept, sums++);
        else if (changes.last_statistics && node->kind() == c10::Symbol::fromQualString("aten::batch_norm"))
            forget_earlier_statistics(node);
    });
    parts_ = std::make_unique<Parts>(Parts{module, torch::jit::Code(graph, "train"), draws, sums});
}

TrainingGraph::~TrainingGraph() = default;
TrainingGraph::TrainingGraph(TrainingGraph&&) noexcept = default;
TrainingGraph& TrainingGraph::operator=(TrainingGraph&&) noexcept = default;

at::Tensor TrainingGraph::operator()(const at::Tensor& input, const at::Tensor& kept) const {
    torch::jit::Stack stack{parts_->module._ivalue(), input, kept};
    torch::jit::InterpreterState(parts_->code).run(stack);
    return torch::jit::pop(stack).toTensor();
}

std::size_t TrainingGraph::residual_sums() const { return parts_->residual_sums; }

bool TrainingGraph::draws() const { return parts_->draws; }

}  // namespace graft
