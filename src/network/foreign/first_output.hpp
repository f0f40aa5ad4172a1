/// @file
/// Networks whose forward gives several tensors, of which the first is what is meant.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>

#include <string>

namespace graft {

/// Changes the module's forward to give the first tensor alone where it gives a tuple of class scores: a tensor, and
/// others of the same shape or None, as torchvision's GoogLeNet does with its auxiliary classifiers.
/// @param input float32 [N,3,H,W]
/// @return a remark for people, or "" when nothing is changed
/// @throws DataError naming the file when it gives another tuple, or fails
[[nodiscard]] std::string use_first_output(torch::jit::Module& module, const at::Tensor& input,
                                           const std::string& file);

}  // namespace graft
