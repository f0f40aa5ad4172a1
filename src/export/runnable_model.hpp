/// @file
/// A model file of either kind, ready to be run on input tensors: model.pt through LibTorch, as the predictor runs it
/// or on a GPU; .onnx through OpenCV's DNN module.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "core/device.hpp"
#include "deploy/model_info.hpp"

namespace graft {

struct RunnableModel {
    std::string file;
    std::string engine;                                ///< "oneDNN graph", "folded", "eager" or "OpenCV DNN"
    std::optional<ModelInfo> info;                     ///< nothing in an ONNX file that graft did not write
    std::function<at::Tensor(const at::Tensor&)> run;  ///< float32 [1,3,H,W] -> float32 [1,K]; one thread at a time
};

/// @param device where it computes
/// @throws DataError when the file is neither; Error when OpenCV cannot read an ONNX file or has no DNN module, when
///         LibTorch does not find the device, or for an ONNX file on a GPU
[[nodiscard]] RunnableModel open_runnable_model(const std::filesystem::path& file, const Device& device = {});

}  // namespace graft
