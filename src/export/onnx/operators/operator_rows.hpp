/// @file
/// Rows of the operator table, a file per kind of operator.
#pragma once

#include <vector>

#include "export/onnx/operator_call.hpp"

namespace graft {

using OperatorRows = std::vector<OperatorRow>;

[[nodiscard]] OperatorRows convolution_operators();
[[nodiscard]] OperatorRows pooling_operators();
[[nodiscard]] OperatorRows arithmetic_operators();
[[nodiscard]] OperatorRows activation_operators();
[[nodiscard]] OperatorRows normalisation_operators();
[[nodiscard]] OperatorRows dense_operators();
[[nodiscard]] OperatorRows shape_operators();
[[nodiscard]] OperatorRows part_operators();
[[nodiscard]] OperatorRows quantisation_operators();

}  // namespace graft
