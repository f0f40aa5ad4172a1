#include "network/foreign/training_mode.hpp"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <cstddef>
#include <map>
#include <memory>
#include <string_view>

namespace graft {
namespace {

using torch::jit::Node;

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

/// A dropout that drops nothing does no harm.
bool drops_nothing(const Node& node) {
    const auto share = torch::jit::toIValue(node.input(1));
    return share && share->isScalar() && share->toScalar().toDouble() == 0;
}

bool is_fixed(const Node& node, const std::map<std::string_view, std::size_t>& operators) {
    const auto row = operators.find(node.kind().toQualString());
    return row != operators.end() && row->second < node.inputs().size() && is_constant_true(node.input(row->second));
}

void search(const torch::jit::Block& block, Found& found) {
    for (const Node* node : block.nodes()) {
        if (is_fixed(*node, kNorms)) ++found.norms;
        if (is_fixed(*node, kDropouts) && !drops_nothing(*node)) ++found.dropouts;
        for (const torch::jit::Block* inner : node->blocks()) search(*inner, found);
    }
}

}  // namespace

std::string recorded_training_mode(const torch::jit::Module& module) {
    std::shared_ptr<torch::jit::Graph> graph = module.get_method("forward").graph()->copy();
    torch::jit::Inline(*graph);
    torch::jit::ConstantPropagation(graph);  // drops branches that are never taken
    Found found;
    search(*graph->block(), found);
    if (found.norms + found.dropouts == 0) return "";
    std::string what;
    if (found.norms > 0) what = "batch norms (" + std::to_string(found.norms) + ") that normalise by the batch at hand";
    if (found.dropouts > 0)
        what += (what.empty() ? "" : " and ") + std::string("dropout (") + std::to_string(found.dropouts) +
                ") that cannot be switched off";
    return "is fixed to training mode: it has " + what +
           ", whatever eval() says. It was traced before eval() was called, or its code asks for it: call eval() and "
           "trace or script it again";
}

}  // namespace graft
