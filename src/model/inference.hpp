/// @file
/// A frozen module made fast: batch norms folded, convolutions fused by oneDNN, shared by all workers.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "model/layers.hpp"

namespace graft {

/// An inference-only copy of a module. Thread-safe: workers share one, each on a single thread.
class InferenceModule {
public:
    /// Freezes a copy of `module` (in eval mode) and compiles it for inputs like `example`. Where the fused form fails
    /// or differs from `module` by more than 1e-4 relative to the largest output, the folded form without fusion is
    /// used and `note()` says so.
    /// @param example float32 [1,3,H,W], any values; the shape that will be asked for most
    InferenceModule(const TorchModule& module, const at::Tensor& example);

    /// Runs one batch under inference mode. The result is an ordinary contiguous tensor of its own.
    /// @param images float32 [N,3,H,W], any memory format; [1,3,H,W] is fastest
    [[nodiscard]] at::Tensor operator()(const at::Tensor& images) const;

    /// Which form runs: "oneDNN graph" or "folded".
    [[nodiscard]] const std::string& engine() const { return engine_; }
    /// Why the fused form is not used, or "".
    [[nodiscard]] const std::string& note() const { return note_; }

private:
    mutable TorchModule module_;  // forward() is not const in LibTorch, though it changes nothing here
    std::string engine_, note_;
};

/// Tells LibTorch to use one thread for what the calling thread computes. First call of every worker.
void use_one_thread_here();

}  // namespace graft
