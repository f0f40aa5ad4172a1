#include "network/foreign/torchscript_file.hpp"

#include <ATen/core/ivalue.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/lower_tuples.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "network/foreign/training_mode.hpp"
#include "weights/format/file_kind.hpp"
#include "weights/format/zip_archive.hpp"

namespace graft {
namespace {

/// Values of float16, bfloat16 or float64 become float32; integers stay.
void make_float32(const torch::jit::Module& module) {
    const auto widen = [](at::Tensor tensor) {
        if (tensor.is_floating_point() && tensor.scalar_type() != at::kFloat) tensor.set_data(tensor.to(at::kFloat));
    };
    const at::NoGradGuard no_grad;
    for (const at::Tensor& parameter : module.parameters()) widen(parameter);
    for (const at::Tensor& buffer : module.buffers()) widen(buffer);
}

/// Warnings of the code's author would stand among graft's own words.
void drop_warnings(torch::jit::Block& block) {
    for (auto next = block.nodes().begin(); next != block.nodes().end();) {
        torch::jit::Node* const node = *next++;
        for (torch::jit::Block* inner : node->blocks()) drop_warnings(*inner);
        if (node->kind() == c10::aten::warn) node->destroy();
    }
}

}  // namespace

bool is_torchscript(const std::filesystem::path& file) { return serves(what_is(file).kind, FileUse::torchscript); }

torch::jit::Module open_torchscript(const std::filesystem::path& file) {
    const std::string name = file.string();
    expect_use(file, FileUse::torchscript);
    std::istringstream bytes(read_archive(file));
    torch::jit::Module module;
    try {
        module = torch::jit::load(bytes, c10::kCPU);
        module.eval();
        make_float32(module);
    } catch (const std::exception& error) {
        throw DataError(
            format_text("{}: LibTorch cannot read this TorchScript file: {}", name, cause_in(error.what())));
    }
    if (!module.find_method("forward")) throw DataError(name + ": has no forward method, so there is nothing to run");
    for (const torch::jit::Module& part : module.modules())
        if (const auto forward = part.find_method("forward")) drop_warnings(*forward->graph()->block());
    if (const std::string recorded = recorded_training_mode(module); !recorded.empty())
        throw DataError(name + ": " + recorded);
    return module;
}

std::string forward_fails(const std::string& file, const at::Tensor& input, const std::exception& error) {
    return format_text("{}: its forward fails on a {} input: {}", file, bracketed_shape(input.sizes()),
                       cause_in(error.what()));
}

std::string not_one_tensor(const std::string& file, const c10::IValue& result) {
    return format_text(
        "{}: its forward returns {}, not one tensor. Wrap it in a module whose forward returns the tensor that is "
        "meant, and script or trace that",
        file, result.type()->repr_str());
}

at::Tensor output_of(torch::jit::Module module, const at::Tensor& input, const std::string& file) {
    c10::IValue result;
    try {
        result = module.forward({input});
    } catch (const std::exception& error) {  // TorchScript's own are no c10::Error
        throw DataError(forward_fails(file, input, error));
    }
    if (!result.isTensor()) throw DataError(not_one_tensor(file, result));
    return result.toTensor();
}

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
