/// @file
/// LibTorch's global generator, lent for a while.
#pragma once

#include <ATen/Context.h>
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace graft {

/// LibTorch draws dropout masks from its global generator. In this scope they are a pure function of the seed given
/// for each step; afterwards the host's generator goes on as if nothing had happened.
class StepSeed {
public:
    StepSeed() : generator_(at::globalContext().defaultGenerator(at::kCPU)), state_(generator_.get_state()) {}
    ~StepSeed() { generator_.set_state(state_); }
    StepSeed(const StepSeed&) = delete;
    StepSeed& operator=(const StepSeed&) = delete;
    void set(std::uint64_t seed) { generator_.set_current_seed(seed); }

private:
    at::Generator generator_;
    at::Tensor state_;
};

}  // namespace graft
