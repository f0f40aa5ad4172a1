/// @file
/// A classifier as an ONNX file: written from the frozen TorchScript graph, without Python.
#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "deploy/model_file.hpp"
#include "export/onnx/graph_builder.hpp"
#include "export/onnx/operator_call.hpp"

namespace graft {

/// What OpenCV 4.6 and ONNX Runtime both take, and enough for every operator here.
constexpr std::int64_t kOnnxOpset = 10;
/// The first that has a scale per channel.
constexpr std::int64_t kQuantisedOpset = 13;

/// The graph of a module's forward in eval mode: frozen, inlined, batch norms folded, without changes in place where
/// that makes no difference. Its inputs are the module, which it needs no more, and the images.
[[nodiscard]] std::shared_ptr<torch::jit::Graph> frozen_graph(const TorchModule& module);

/// Such a graph, of a module that takes one float32 tensor [N,…] and gives one, in ONNX. What does not depend on the
/// input is computed, and N stays open.
/// @param input_shape of one image, for example [3,H,W]; the sizes that the graph is written for
/// @throws Error naming the operator and the part of the network that cannot be written
[[nodiscard]] OnnxModel onnx_model(torch::jit::Graph& graph, const std::vector<std::int64_t>& input_shape,
                                   WeightsType weights, std::int64_t opset = kOnnxOpset,
                                   const std::string& output = "probabilities");
[[nodiscard]] OnnxModel onnx_model(const TorchModule& module, const std::vector<std::int64_t>& input_shape,
                                   WeightsType weights, const std::string& output = "probabilities");

/// The same of a graft model: input "images" float32 [N,3,H,W], RGB, 0..255; output "probabilities" [N,K], or
/// "values" of a regression; graft.json in the metadata.
[[nodiscard]] OnnxModel onnx_model(const ModelFile& model, WeightsType weights);

}  // namespace graft
