/// @file
/// TorchScript files that somebody else wrote: opened with care, and run with care.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>

#include <exception>
#include <filesystem>
#include <string>

namespace graft {

/// A zip archive that holds a TorchScript module, by its content. Damaged archives are none. Throws as what_is does.
[[nodiscard]] bool is_torchscript(const std::filesystem::path& file);

/// Opens the module on the CPU, in eval mode, half-precision values widened to float32.
/// Throws DataError naming the file when the archive is damaged (every record's CRC is checked), unpacks to far more
/// than it is large, or LibTorch cannot read it; or when the module was recorded in training mode.
[[nodiscard]] torch::jit::Module open_torchscript(const std::filesystem::path& file);

/// What is wrong with a forward that throws, and with one that gives something else than a tensor.
[[nodiscard]] std::string forward_fails(const std::string& file, const at::Tensor& input, const std::exception& error);
[[nodiscard]] std::string not_one_tensor(const std::string& file, const c10::IValue& result);

/// Runs `forward(input)` for a file's module.
/// Throws DataError naming the file when it fails or gives something else than one tensor.
[[nodiscard]] at::Tensor output_of(torch::jit::Module module, const at::Tensor& input, const std::string& file);

/// Changes the module's forward to give the first tensor alone where it gives a tuple of class scores: a tensor, and
/// others of the same shape or None, as torchvision's GoogLeNet does with its auxiliary classifiers.
/// @param input float32 [N,3,H,W]
/// @return a remark for people, or "" when nothing is changed
/// @throws DataError naming the file when it gives another tuple, or fails
[[nodiscard]] std::string use_first_output(torch::jit::Module& module, const at::Tensor& input,
                                           const std::string& file);

}  // namespace graft
