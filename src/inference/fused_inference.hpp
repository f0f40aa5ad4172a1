/// @file
/// A frozen network made fast on the CPU: batch norms folded, convolutions fused by oneDNN, shared by all workers.
#pragma once

#include "inference/inference.hpp"

namespace graft {

/// True where the processor multiplies bfloat16 numbers itself.
[[nodiscard]] bool has_bfloat16_units();

/// An inference-only copy of a module: workers share one, each on a single thread, and run their calls side by side.
class FusedInference final : public Inference {
public:
    /// Freezes a copy of `module` (in eval mode) and compiles it for inputs like `example`. Where the fused form fails
    /// or differs from `module` by more than 1e-4 relative to the largest output, the folded form without fusion is
    /// used and `note()` says so.
    /// @param module, example as in make_inference()
    FusedInference(const TorchModule& module, const at::Tensor& example, const InferenceOptions& options = {});

    [[nodiscard]] at::Tensor operator()(const at::Tensor& images) const override;
    [[nodiscard]] std::int64_t images_per_call() const override { return options_.images_per_call; }
    [[nodiscard]] std::size_t callers() const override;
    [[nodiscard]] Device device() const override { return {}; }
    [[nodiscard]] const std::string& engine() const override { return engine_; }
    [[nodiscard]] const std::string& note() const override { return note_; }
    [[nodiscard]] const std::string& cause() const override { return cause_; }

private:
    void build(const TorchModule& module, const at::Tensor& example);
    [[nodiscard]] bool compile(const TorchModule& frozen, const at::Tensor& input, const at::Tensor& expected);
    [[nodiscard]] std::string difference_from(const at::Tensor& found, const at::Tensor& expected) const;
    [[nodiscard]] at::Tensor run(const at::Tensor& images) const;

    mutable TorchModule module_;  // forward() is not const in LibTorch, though it changes nothing here
    InferenceOptions options_;
    bool mirrored_ = false;  // the network takes mirrored images, see inference/mirror.hpp
    double allowed_ = 0;     // in bfloat16: how far the output may be from float32's, as a vector
    std::string engine_, note_, cause_;
};

}  // namespace graft
