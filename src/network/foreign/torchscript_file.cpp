#include "network/foreign/torchscript_file.hpp"

#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/serialization/import.h>

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
        throw DataError(name + ": LibTorch cannot read this TorchScript file: " + cause_in(error.what()));
    }
    if (!module.find_method("forward")) throw DataError(name + ": has no forward method, so there is nothing to run");
    if (const std::string recorded = recorded_training_mode(module); !recorded.empty())
        throw DataError(name + ": " + recorded);
    return module;
}

at::Tensor output_of(torch::jit::Module module, const at::Tensor& input, const std::string& file) {
    c10::IValue result;
    try {
        result = module.forward({input});
    } catch (const std::exception& error) {  // TorchScript's own are no c10::Error
        throw DataError(file + ": its forward fails on a " + bracketed_shape(input.sizes()) +
                        " input: " + cause_in(error.what()));
    }
    if (!result.isTensor()) throw DataError(file + ": its forward returns " + result.tagKind() + ", not one tensor");
    return result.toTensor();
}

}  // namespace graft
