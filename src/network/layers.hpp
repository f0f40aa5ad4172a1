/// @file
/// The layers that graft's own architectures are made of: TorchScript modules defined from source, so that one
/// definition serves training, fused inference and export. Shapes: N batch, C channels, H/W height and width.
#pragma once

#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/random.hpp"
#include "graft/network/layer.hpp"

namespace graft {

using TorchModule = torch::jit::Module;
using NamedModules = std::vector<std::pair<std::string, TorchModule>>;

/// `[N,in,H,W] -> [N,out,H',W']`. Parameters: weight; bias where there is one.
[[nodiscard]] TorchModule make_conv2d(const ConvOptions& options);
/// Batch norm over `[N,C,…]`. Parameters: weight, bias; buffers: running_mean, running_var.
[[nodiscard]] TorchModule make_batch_norm(const BatchNormOptions& options);
/// Layer norm over the last axis of `[…,C]`. Parameters: weight, bias.
[[nodiscard]] TorchModule make_layer_norm(std::int64_t channels, double eps);
/// Layer norm over the channels of `[N,C,H,W]`, for each place of its own. Parameters: weight, bias.
[[nodiscard]] TorchModule make_map_layer_norm(std::int64_t channels, double eps);
/// `[…,in] -> […,out]`. Parameters: weight, bias.
[[nodiscard]] TorchModule make_linear(std::int64_t in, std::int64_t out);
/// A module without parameters; `expression` computes the result from `x`, for example "torch.relu(x)".
[[nodiscard]] TorchModule make_function(const std::string& name, const std::string& expression);
/// `[N,C] -> [N,C]`: each row divided by its length; 0 stays 0.
[[nodiscard]] TorchModule make_direction();
/// Children applied one after the other, in order. An empty chain is the identity.
[[nodiscard]] TorchModule make_chain(const std::string& name, const NamedModules& children);

/// A module without children or code yet, of a class of that name.
[[nodiscard]] TorchModule make_module(const std::string& name);

/// Draws new values: convolutions Kaiming normal with fan-in (He et al. 2015), linear layers Glorot uniform (Glorot and
/// Bengio 2010, Keras's rule). All others keep the values they were made with: biases 0, norms 1 and 0.
void initialise(TorchModule& module, Rng& rng);

}  // namespace graft
