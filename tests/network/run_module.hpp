/// @file
/// What a module makes of a tensor.
#pragma once

#include <ATen/core/Tensor.h>

#include "network/layers.hpp"

namespace graft::testing {

inline at::Tensor run(TorchModule module, const at::Tensor& input) { return module.forward({input}).toTensor(); }

}  // namespace graft::testing
