/// @file
/// A classifier as an ONNX file: written from the frozen TorchScript graph, without Python.
#pragma once

#include <string>

#include "deploy/model_file.hpp"
#include "deploy/onnx/graph_builder.hpp"
#include "deploy/onnx/operator_call.hpp"

namespace graft {

/// The graph of a module that takes one float32 tensor [N,…] and gives one. Batch norms are folded, what does not
/// depend on the input is computed, and N stays open.
/// @param input_shape of one image, for example [3,H,W]; the sizes that the graph is written for
/// @throws Error naming the operator and the part of the network that cannot be written
[[nodiscard]] OnnxModel onnx_model(const TorchModule& module, const std::vector<std::int64_t>& input_shape,
                                   WeightsType weights, const OperatorTable& table = builtin_operators());

/// The same of a graft model: input "images" float32 [N,3,H,W], RGB, 0..255; output "probabilities" [N,K]; graft.json
/// in the metadata.
[[nodiscard]] OnnxModel onnx_model(const ModelFile& model, WeightsType weights);

}  // namespace graft
