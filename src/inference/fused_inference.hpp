/// @file
/// A frozen module made fast: batch norms folded, convolutions fused by oneDNN, shared by all workers.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "core/device.hpp"
#include "graft/core/threads.hpp"
#include "network/layers.hpp"

namespace graft {

/// True where the processor multiplies bfloat16 numbers itself.
[[nodiscard]] bool has_bfloat16_units();

struct InferenceOptions {
    Precision precision = Precision::float32;
    std::int64_t images_per_call = 1;  ///< what the network is compiled for; other numbers are cut up and filled up
};

/// An inference-only copy of a module. Thread-safe: workers share one, each on a single thread. What it gives for an
/// image does not depend on the other images of a batch.
class InferenceModule {
public:
    /// Freezes a copy of `module` (in eval mode) and compiles it for inputs like `example`. Where the fused form fails
    /// or differs from `module` by more than 1e-4 relative to the largest output, the folded form without fusion is
    /// used and `note()` says so.
    /// @param module float32 [N,3,H,W] -> float32 [N,…]; for bfloat16 a chain whose first child is "normalise"
    /// @param example float32 [1,3,H,W], any values; the shape that will be asked for
    InferenceModule(const TorchModule& module, const at::Tensor& example, const InferenceOptions& options = {});

    /// Runs images under inference mode. The result is an ordinary contiguous tensor of its own.
    /// @param images float32 [N,3,H,W], any memory format; channels-last and N = images_per_call are fastest
    /// @return float32 [N,…]
    [[nodiscard]] at::Tensor operator()(const at::Tensor& images) const;

    [[nodiscard]] std::int64_t images_per_call() const { return options_.images_per_call; }
    [[nodiscard]] Precision precision() const { return options_.precision; }
    /// Which form runs: "oneDNN graph" or "folded".
    [[nodiscard]] const std::string& engine() const { return engine_; }
    /// Why the fused form is not used, or "".
    [[nodiscard]] const std::string& note() const { return note_; }

private:
    [[nodiscard]] bool compile(const TorchModule& frozen, const at::Tensor& input, const at::Tensor& expected,
                               double allowed);
    [[nodiscard]] at::Tensor run(const at::Tensor& images) const;

    mutable TorchModule module_;  // forward() is not const in LibTorch, though it changes nothing here
    InferenceOptions options_;
    bool mirrored_ = false;  // the network takes mirrored images, see inference/mirror.hpp
    std::string engine_, note_;
};

}  // namespace graft
