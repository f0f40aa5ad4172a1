#include "network/foreign/first_output.hpp"

#include <ATen/core/ivalue.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/lower_tuples.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <algorithm>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "network/foreign/torchscript_file.hpp"

namespace graft {
namespace {

/// Runs a copy of the code, so that the module has not compiled its own yet.
c10::IValue result_of(const torch::jit::GraphFunction& forward, const torch::jit::Module& module,
                      const at::Tensor& input, const std::string& file) {
    const at::NoGradGuard no_grad;
    const torch::jit::GraphOptimizerEnabledGuard plain(false);
    torch::jit::Stack stack{module._ivalue(), input.clone()};
    try {
        forward.getSchema().checkAndNormalizeInputs(stack, {});
        torch::jit::GraphExecutor(forward.graph()->copy(), "forward").run(stack);
    } catch (const std::exception& error) {  // TorchScript's own are no c10::Error
        throw DataError(forward_fails(file, input, error));
    }
    return stack.back();
}

bool are_scores(const c10::IValue& result) {
    const c10::ArrayRef<c10::IValue> elements = result.toTupleRef().elements().asArrayRef();
    if (elements.empty() || !elements.front().isTensor()) return false;
    return std::ranges::all_of(elements, [&](const c10::IValue& element) {
        return element.isNone() ||
               (element.isTensor() && element.toTensor().sizes() == elements.front().toTensor().sizes());
    });
}

}  // namespace

std::string use_first_output(torch::jit::Module& module, const at::Tensor& input, const std::string& file) {
    torch::jit::GraphFunction& forward = torch::jit::toGraphFunction(module.get_method("forward").function());
    const auto graph = forward.graph();
    const auto type = graph->outputs()[0]->type()->cast<c10::TupleType>();
    if (type == nullptr) return "";
    const c10::IValue result = result_of(forward, module, input, file);
    if (!are_scores(result)) throw DataError(not_one_tensor(file, result));
    const c10::TypePtr first_type = type->elements().front();
    torch::jit::Value* const zero = graph->insertConstant(c10::IValue(0));
    torch::jit::Node* const first = graph->insertNode(graph->createTupleIndex(graph->outputs()[0], zero, first_type));
    graph->eraseOutput(0);
    graph->registerOutput(first->output());
    torch::jit::LowerSimpleTuples(graph);
    forward.setSchema(forward.getSchema().cloneWithReturns({c10::Argument("", first_type)}));
    return format_text("its forward gives {} outputs, of which the first is used", type->elements().size());
}

}  // namespace graft
