/// @file
/// How a scion computes scores of a batch, and its gradients.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "core/device.hpp"
#include "core/enum_names.hpp"
#include "network/layers.hpp"
#include "network/stochastic_depth.hpp"

namespace graft {

/// What becomes of the batch norms of trained stages.
enum class BatchNorms {
    fixed,     ///< they keep the statistics that they were pretrained with
    adaptive,  ///< they use those of each batch and follow them
};
template <>
inline constexpr auto enum_names<BatchNorms> = std::to_array<std::string_view>({"fixed", "adaptive"});

/// One batch after the other: forward, then backward.
class ScionPass {
public:
    virtual ~ScionPass() = default;
    /// @return scores [N,K], with what backward needs unless gradients are off
    [[nodiscard]] virtual at::Tensor forward(const at::Tensor& features) = 0;
    /// Adds to the gradients of the scion's parameters that ask for one.
    /// @param loss a scalar made of the last forward's scores
    virtual void backward(const at::Tensor& loss) = 0;
    /// Makes the optimizer's step, which `change` is.
    virtual void change_weights(const std::function<void()>& change) { change(); }
    /// Dropout masks come from a generator of this pass, which set_seed() sets for each step, and not from LibTorch's
    /// of the process: then several trainings may run at once.
    [[nodiscard]] virtual bool draws_alone() const { return false; }
    virtual void set_seed(std::uint64_t) {}
};

/// The module as it is.
[[nodiscard]] std::unique_ptr<ScionPass> plain_pass(const TorchModule& scion);

/// The fast way. Maps are channels-last. Where the stages take each image for itself (batch norms fixed, no dropout in
/// them), `workers` threads take equal slices of the batch through them; the head and the loss see the whole batch, and
/// the gradients of the slices are summed in order. The numbers are those of the whole batch, to rounding.
/// @param scion its last child is the head
/// @param precision bfloat16: convolutions and dense layers of the stages compute with it while gradients are asked for
///     (LibTorch's autocast), all but depthwise ones; weights, gradients, norms and the head stay float32
/// @param depth in training, single images go past residual branches of the stages as torchvision's StochasticDepth
///     has it in mode "row": what is kept is divided by the share that is kept. Draws from LibTorch's generator, one
///     branch after the other, before the stages compute
[[nodiscard]] std::unique_ptr<ScionPass> fast_pass(const TorchModule& scion, BatchNorms batch_norms,
                                                   std::size_t workers, Precision precision = Precision::float32,
                                                   const StochasticDepth& depth = {});

/// A head alone, with a generator of its own. The numbers are those of plain_pass, dropout masks included.
/// @param scion its one child is the head, as make_head gives it
/// @param dropout of the head's options
[[nodiscard]] std::unique_ptr<ScionPass> head_pass(const TorchModule& scion, double dropout);

/// All at once on a device beside the CPU, where the scion is while the pass lives; features come from the CPU, and
/// scores go back to it, where the loss and everything else is computed. Maps are channels-last.
/// @param scion its parameters stay the same tensors, so that an optimizer of them computes on the device too
/// @param precision as of fast_pass, of the head too
/// @param depth as of fast_pass; the draws are made on the CPU
/// @throws DeviceMemoryError here and in each step
[[nodiscard]] std::unique_ptr<ScionPass> device_pass(const TorchModule& scion, const c10::Device& device,
                                                     Precision precision = Precision::float32,
                                                     const StochasticDepth& depth = {});

/// Training mode, in which the stages' batch norms are as asked for; those of the head always adapt.
void set_training_mode(const TorchModule& scion, BatchNorms batch_norms);

/// Whether it is a batch norm that keeps statistics.
[[nodiscard]] bool has_statistics(const TorchModule& module);
/// A scion's children but the last, the head.
[[nodiscard]] NamedModules stages_of(const TorchModule& scion);
/// Maps as trained stages take them; vectors and tokens as they are.
[[nodiscard]] at::Tensor channels_last(const at::Tensor& features);

}  // namespace graft
