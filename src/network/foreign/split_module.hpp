/// @file
/// Cuts a network that somebody else wrote, as TorchScript, into a chain of stages.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "network/architecture.hpp"

namespace graft {

/// A chain that computes what the module's own forward computes, its classifier aside. Shown on a probe: the chain's
/// output, and that of the classifier on it, is compared with the forward's.
struct SplitModule {
    NamedModules stages;  ///< named as their first part is in the module: "layer1", "features.3"
    FeatureForm form = FeatureForm::vector;
    std::int64_t channels = 0;  ///< C of the last stage's output
    std::string classifier;     ///< the dense layer that was left out, for example "fc"; "" when none was found
    std::int64_t classes = 0;   ///< of that layer
    std::string whole_because;  ///< why the module is one stage; "" when it is not
};

/// @param module in eval mode, float32 `[N,3,H,W]` -> `[N,C]`, `[N,C,h,w]` or `[N,T,C]`, or class scores made of it
/// @param images float32 [2,3,H,W], two different ones: what the probe is done with
/// @param file stands in error messages
/// @throws DataError when what it gives for an image depends on the batch or on chance, or is of another shape
[[nodiscard]] SplitModule split_module(const TorchModule& module, const at::Tensor& images, const std::string& file);

}  // namespace graft
