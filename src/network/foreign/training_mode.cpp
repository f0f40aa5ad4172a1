#include "network/foreign/training_mode.hpp"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/text.hpp"
#include "network/foreign/forward_graph.hpp"

namespace graft {
namespace {

using torch::jit::Node;
using torch::jit::Value;

/// Which input of an operator says whether it runs in training mode.
const std::map<std::string_view, std::size_t> kNorms = {{"aten::batch_norm", 5},
                                                        {"aten::native_batch_norm", 5},
                                                        {"aten::cudnn_batch_norm", 5},
                                                        {"aten::_batch_norm_impl_index", 5}};
const std::map<std::string_view, std::size_t> kDropouts = {{"aten::dropout", 2},
                                                           {"aten::dropout_", 2},
                                                           {"aten::feature_dropout", 2},
                                                           {"aten::feature_dropout_", 2},
                                                           {"aten::alpha_dropout", 2},
                                                           {"aten::alpha_dropout_", 2},
                                                           {"aten::native_dropout", 2},
                                                           {"aten::feature_alpha_dropout", 2},
                                                           {"aten::rrelu", 3}};

struct Found {
    std::size_t norms = 0, dropouts = 0;
};

bool is_constant_true(const torch::jit::Value* value) {
    const auto constant = torch::jit::toIValue(value);
    return constant && constant->isBool() && constant->toBool();
}

/// A dropout that drops nothing does no harm. Where the share is not known here, the network's behaviour decides later.
bool drops_something(const Node& node) {
    const auto share = torch::jit::toIValue(node.input(1));
    return share && share->isScalar() && share->toScalar().toDouble() > 0;
}

bool is_fixed(const Node& node, const std::map<std::string_view, std::size_t>& operators) {
    const auto row = operators.find(node.kind().toQualString());
    return row != operators.end() && row->second < node.inputs().size() && is_constant_true(node.input(row->second));
}

void search(const torch::jit::Block& block, Found& found) {
    for (const Node* node : block.nodes()) {
        if (is_fixed(*node, kNorms)) ++found.norms;
        if (is_fixed(*node, kDropouts) && drops_something(*node)) ++found.dropouts;
        for (const torch::jit::Block* inner : node->blocks()) search(*inner, found);
    }
}

/// The attribute that a value of the module's code is; nothing for other values.
std::optional<c10::IValue> attribute_of(const Value* value, const torch::jit::Module& module) {
    if (value == value->owningGraph()->inputs()[0]) return module._ivalue();
    if (value->node()->kind() != torch::jit::prim::GetAttr) return std::nullopt;
    const auto owner = attribute_of(value->node()->input(), module);
    if (!owner || !owner->isObject()) return std::nullopt;
    return owner->toObjectRef().getAttr(value->node()->s(torch::jit::attr::name));
}

/// Puts in what the module was made with, and that it is in eval mode: this decides which branches are taken and how
/// large the shares of dropouts are.
void put_in_settings(torch::jit::Block& block, const torch::jit::Module& module) {
    for (auto next = block.nodes().begin(); next != block.nodes().end();) {
        Node* const node = *next++;
        for (torch::jit::Block* inner : node->blocks()) put_in_settings(*inner, module);
        if (node->kind() != torch::jit::prim::GetAttr) continue;
        const auto attribute = attribute_of(node->output(), module);
        if (!attribute || !is_setting(*attribute)) continue;
        const torch::jit::WithInsertPoint before(node);
        node->output()->replaceAllUsesWith(node->owningGraph()->insertConstant(*attribute));
        node->destroy();
    }
}

}  // namespace

std::string recorded_training_mode(const torch::jit::Module& module) {
    std::shared_ptr<torch::jit::Graph> graph = module.get_method("forward").graph()->copy();
    torch::jit::Inline(*graph);
    put_in_settings(*graph->block(), module);
    torch::jit::ConstantPropagation(graph);  // drops branches that are never taken
    Found found;
    search(*graph->block(), found);
    if (found.norms + found.dropouts == 0) return "";
    std::vector<std::string> what;
    if (found.norms > 0)
        what.push_back(format_text("batch norms ({}) that normalise by the batch at hand", found.norms));
    if (found.dropouts > 0) what.push_back(format_text("dropout ({}) that cannot be switched off", found.dropouts));
    return format_text(
        "is fixed to training mode: it has {}, whatever eval() says. It was traced before eval() was called, or its "
        "code asks for it: call eval() and trace or script it again",
        joined(what, " and "));
}

}  // namespace graft
