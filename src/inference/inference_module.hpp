/// @file
/// The name that the fused form had, until its callers ask for an Inference.
#pragma once

#include "inference/fused_inference.hpp"
#include "inference/inference.hpp"

namespace graft {

using InferenceModule = FusedInference;

}  // namespace graft
