/// @file
/// Layers for an application's own backbone: graft's architectures are made of the same. A layer is a TorchScript
/// module, so that one definition serves training, fused inference and export. Shapes: N batch, C channels, H/W height
/// and width.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "graft/core/export.hpp"

namespace graft {

/// A module with its parameters. A value: copies share the parameters.
class GRAFT_EXPORT Layer {
public:
    struct GRAFT_HIDDEN Parts;
    explicit Layer(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
    [[nodiscard]] const Parts& parts() const { return *parts_; }

private:
    std::shared_ptr<const Parts> parts_;
};

/// Layers and what they are called: parameters have names such as `stem.conv.weight`.
using NamedLayers = std::vector<std::pair<std::string, Layer>>;

struct ConvOptions {
    std::int64_t in = 0, out = 0, kernel = 1, stride = 1, groups = 1;
    /// Zeros added left, right, top and bottom, pixels. TensorFlow's "SAME" padding needs different sides.
    std::array<std::int64_t, 4> pad = {0, 0, 0, 0};
    bool bias = false;  ///< rarely: where a batch norm follows it changes nothing
};

/// That many zeros on every side.
[[nodiscard]] constexpr std::array<std::int64_t, 4> on_each_side(std::int64_t pixels) {
    return {pixels, pixels, pixels, pixels};
}

struct BatchNormOptions {
    std::int64_t channels = 0;
    double eps = 1e-5;
    double momentum = 0.1;  ///< weight of the new batch in the moving statistics (PyTorch's convention)
};

/// A parameter of layers::source, float32.
struct LayerParameter {
    std::string name;
    std::vector<std::int64_t> shape;
    double value = 0;  ///< of every element, at first
};

/// Where source does not compile or a name is no Python name, these throw Error, which says what TorchScript says.
namespace layers {

/// `[N,in,H,W] -> [N,out,H',W']`. Parameters: weight; bias where there is one.
[[nodiscard]] GRAFT_EXPORT Layer conv2d(const ConvOptions& options);
/// Batch norm over `[N,C,…]`. Parameters: weight, bias; buffers: running_mean, running_var.
[[nodiscard]] GRAFT_EXPORT Layer batch_norm(const BatchNormOptions& options);
/// Layer norm over the last axis of `[…,C]`. Parameters: weight, bias.
[[nodiscard]] GRAFT_EXPORT Layer layer_norm(std::int64_t channels, double eps = 1e-5);
/// `[…,in] -> […,out]`. Parameters: weight, bias.
[[nodiscard]] GRAFT_EXPORT Layer linear(std::int64_t in, std::int64_t out);
/// No parameters; `expression` computes the result from `x`, for example "torch.relu(x)".
[[nodiscard]] GRAFT_EXPORT Layer function(const std::string& expression);
/// Children applied one after the other, in order. An empty chain is the identity.
[[nodiscard]] GRAFT_EXPORT Layer chain(const NamedLayers& children);
/// Anything else, as TorchScript source: `def forward(self, x):` and what follows. It calls children as
/// `self.name.forward(x)` and reads parameters as `self.name`.
[[nodiscard]] GRAFT_EXPORT Layer source(const std::string& forward, const NamedLayers& children,
                                        const std::vector<LayerParameter>& parameters = {});

}  // namespace layers
}  // namespace graft
