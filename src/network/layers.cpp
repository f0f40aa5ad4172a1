#include "network/layers.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <functional>
#include <sstream>

#include "core/text.hpp"

namespace graft {
namespace {

std::string pair_of(std::int64_t value) { return format_text("[{}, {}]", value, value); }

std::string literal(double value) {
    std::ostringstream text;
    text.precision(17);
    text << std::scientific << value;
    return text.str();
}

void fill(at::Tensor& tensor, const std::function<double()>& draw) {
    at::NoGradGuard no_grad;
    const at::Tensor values = at::empty(tensor.sizes());
    float* data = values.data_ptr<float>();
    for (std::int64_t i = 0; i < values.numel(); ++i) data[i] = static_cast<float>(draw());
    tensor.copy_(values);
}

/// @param before an expression of x that brings the channels to the end
/// @param after an expression of y that brings them back
TorchModule make_norm_of_last_axis(const std::string& name, std::int64_t channels, double eps,
                                   const std::string& before, const std::string& after) {
    TorchModule module = make_module(name);
    module.register_parameter("weight", at::ones({channels}), false);
    module.register_parameter("bias", at::zeros({channels}), false);
    module.define(
        format_text("def forward(self, x):\n    y = torch.layer_norm({}, [{}], self.weight, self.bias, {}, False)\n"
                    "    return {}\n",
                    before, channels, literal(eps), after));
    return module;
}

}  // namespace

TorchModule make_module(const std::string& name) {
    TorchModule module(c10::QualifiedName("__torch__.graft." + name));
    module.register_attribute("training", c10::BoolType::get(), true);
    return module;
}

TorchModule make_conv2d(const ConvOptions& options) {
    TorchModule module = make_module("Conv2d");
    module.register_parameter(
        "weight", at::zeros({options.out, options.in / options.groups, options.kernel, options.kernel}), false);
    if (options.bias) module.register_parameter("bias", at::zeros({options.out}), false);
    const auto& pad = options.pad;
    const bool symmetric = pad == on_each_side(pad[0]);
    const std::string input =
        symmetric ? "x"
                  : format_text("torch.constant_pad_nd(x, [{}, {}, {}, {}], 0.0)", pad[0], pad[1], pad[2], pad[3]);
    module.define(format_text(
        "def forward(self, x):\n    return torch.conv2d({}, self.weight, {}, {}, {}, [1, 1], {})\n", input,
        options.bias ? "self.bias" : "None", pair_of(options.stride), pair_of(symmetric ? pad[0] : 0), options.groups));
    return module;
}

TorchModule make_batch_norm(const BatchNormOptions& options) {
    TorchModule module = make_module("BatchNorm");
    module.register_parameter("weight", at::ones({options.channels}), false);
    module.register_parameter("bias", at::zeros({options.channels}), false);
    module.register_buffer("running_mean", at::zeros({options.channels}));
    module.register_buffer("running_var", at::ones({options.channels}));
    module.define(
        "def forward(self, x):\n    return torch.batch_norm(x, self.weight, self.bias, self.running_mean, "
        "self.running_var, self.training, " +
        literal(options.momentum) + ", " + literal(options.eps) + ", True)\n");
    return module;
}

TorchModule make_layer_norm(std::int64_t channels, double eps) {
    return make_norm_of_last_axis("LayerNorm", channels, eps, "x", "y");
}

TorchModule make_map_layer_norm(std::int64_t channels, double eps) {
    return make_norm_of_last_axis("MapLayerNorm", channels, eps, "torch.permute(x, [0, 2, 3, 1])",
                                  "torch.permute(y, [0, 3, 1, 2])");
}

TorchModule make_linear(std::int64_t in, std::int64_t out) {
    TorchModule module = make_module("Linear");
    module.register_parameter("weight", at::zeros({out, in}), false);
    module.register_parameter("bias", at::zeros({out}), false);
    module.define("def forward(self, x):\n    return torch.linear(x, self.weight, self.bias)\n");
    return module;
}

TorchModule make_function(const std::string& name, const std::string& expression) {
    TorchModule module = make_module(name);
    module.define("def forward(self, x):\n    return " + expression + "\n");
    return module;
}

TorchModule make_direction() {
    return make_function("Direction", "x / torch.sqrt(torch.sum(x * x, [1], True) + 1e-12)");
}

TorchModule make_chain(const std::string& name, const NamedModules& children) {
    TorchModule module = make_module(name);
    std::string source = "def forward(self, x):\n";
    for (const auto& [child_name, child] : children) {
        module.register_module(child_name, child);
        source += "    x = getattr(self, \"" + child_name + "\").forward(x)\n";
    }
    module.define(source + "    return x\n");
    return module;
}

void initialise(TorchModule& module, Rng& rng) {
    for (const auto& parameter : module.named_parameters()) {
        at::Tensor weight = parameter.value;
        if (weight.dim() == 4) {
            const double fan_in = static_cast<double>(weight.size(1) * weight.size(2) * weight.size(3));
            fill(weight, [&] { return rng.normal() * std::sqrt(2.0 / fan_in); });
        } else if (weight.dim() == 2) {
            const double bound = std::sqrt(6.0 / static_cast<double>(weight.size(0) + weight.size(1)));
            fill(weight, [&] { return rng.uniform(-bound, bound); });
        }
    }
}

}  // namespace graft
