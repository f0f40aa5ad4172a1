/// @file
/// A frozen network that is ready to run: the seam between what is computed and where.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/device.hpp"
#include "graft/core/threads.hpp"
#include "network/layers.hpp"

namespace graft {

struct InferenceOptions {
    Device device;
    Precision precision = Precision::float32;
    std::int64_t images_per_call = 1;  ///< what the network is compiled for; other numbers are cut up and filled up
    /// 1 where only threads call it that have called use_one_thread_here(): then it is compiled on one thread too, and
    /// does not wait for cores that others keep busy. 0: calls use as many threads as their caller has.
    int threads_per_call = 0;
};

/// Gives images' outputs, without autograd. Thread-safe. What an image gives does not depend on the others of a batch.
class Inference {
public:
    virtual ~Inference() = default;

    /// @param images float32 [N,3,H,W] on the CPU, any memory format; channels-last and N = images_per_call are fastest
    /// @return float32 [N,…] on the CPU, contiguous, an ordinary tensor of its own
    [[nodiscard]] virtual at::Tensor operator()(const at::Tensor& images) const = 0;

    /// How many images it is best given at once.
    [[nodiscard]] virtual std::int64_t images_per_call() const = 0;
    /// How many threads use the whole machine when each prepares images and calls it, all at the same time.
    [[nodiscard]] virtual std::size_t callers() const = 0;
    [[nodiscard]] virtual Device device() const = 0;
    /// Which form of the network runs: "oneDNN graph", "folded", "eager", "frozen".
    [[nodiscard]] virtual const std::string& engine() const = 0;
    /// Why it is not the fastest form, or "".
    [[nodiscard]] virtual const std::string& note() const = 0;
    /// What LibTorch says to that, for a log, or "".
    [[nodiscard]] virtual const std::string& cause() const = 0;

protected:
    Inference() = default;
    Inference(const Inference&) = default;
    Inference& operator=(const Inference&) = default;
    Inference(Inference&&) = default;
    Inference& operator=(Inference&&) = default;
};

/// The fastest form of `module` on a device. The module is copied and stays as it is.
/// @param module float32 [N,3,H,W] -> float32 [N,…]; for bfloat16 a chain whose first child is "normalise"
/// @param example float32 [1,3,H,W], any values; the shape that will be asked for
/// @throws Error for a device that is not there, or that gives other numbers than the CPU
[[nodiscard]] std::shared_ptr<const Inference> make_inference(const TorchModule& module, const at::Tensor& example,
                                                              const InferenceOptions& options = {});

/// For implementations: runs any number of images, always so many at once; the last ones are filled up with zeros.
/// @param run images [per_call,3,H,W] -> [per_call,…] on the CPU; called in inference mode
/// @return as Inference's call
[[nodiscard]] at::Tensor in_calls_of(std::int64_t per_call, const at::Tensor& images,
                                     const std::function<at::Tensor(const at::Tensor&)>& run);

}  // namespace graft
