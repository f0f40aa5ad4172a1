#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/linear.h>
#include <torch/csrc/jit/api/module.h>

#include <string>
#include <vector>

#include "train/scion_pass.hpp"

namespace graft {
namespace {

/// The layers one by one, without the interpreter where it is known what they do.
class HeadPass final : public ScionPass {
public:
    // The share as the module's source has it, which is written with six digits.
    HeadPass(const TorchModule& scion, double dropout)
        : scion_(scion), dropout_(std::stod(std::to_string(dropout))), generator_(at::detail::createCPUGenerator()) {
        for (const auto& child : scion.named_children())
            for (const auto& layer : child.value.named_children()) layers_.push_back(layer_of(layer.name, layer.value));
    }

    at::Tensor forward(const at::Tensor& features) override {
        at::Tensor x = features;
        for (Layer& layer : layers_) {
            if (layer.kind == Kind::dense)
                x = at::linear(x, layer.weight, layer.bias);
            else if (layer.kind == Kind::other)
                x = layer.module.forward({x}).toTensor();
            else if (scion_.is_training())
                x = dropped(x);
        }
        return x;
    }
    void backward(const at::Tensor& loss) override { loss.backward(); }
    bool draws_alone() const override { return true; }
    void set_seed(std::uint64_t seed) override { generator_.set_current_seed(seed); }

private:
    enum class Kind { dense, dropout, other };
    struct Layer {
        Kind kind;
        TorchModule module;
        at::Tensor weight, bias;
    };

    static Layer layer_of(const std::string& name, const TorchModule& module) {
        if (name.starts_with("dropout")) return {Kind::dropout, module, {}, {}};
        if (name.starts_with("dense") || name == "classifier")
            return {Kind::dense, module, module.attr("weight").toTensor(), module.attr("bias").toTensor()};
        return {Kind::other, module, {}, {}};
    }
    /// As at::dropout, but for the generator.
    at::Tensor dropped(const at::Tensor& x) {
        if (dropout_ == 0) return x;
        at::Tensor mask;
        {
            const at::NoGradGuard no_grad;
            mask = at::empty_like(x).bernoulli_(1 - dropout_, generator_).div_(1 - dropout_);
        }
        return x * mask;
    }

    TorchModule scion_;
    double dropout_;
    at::Generator generator_;
    std::vector<Layer> layers_;
};

}  // namespace

std::unique_ptr<ScionPass> head_pass(const TorchModule& scion, double dropout) {
    return std::make_unique<HeadPass>(scion, dropout);
}

}  // namespace graft
