/// @file
/// The numbers of the fields of ONNX's messages, under the names that onnx.proto has for them.
/// Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
#pragma once

#include <cstdint>

namespace graft::onnx_fields {

// clang-format off
struct Model { enum : std::uint32_t { ir_version = 1, producer_name = 2, producer_version = 3, graph = 7,
                                      opset_import = 8, metadata_props = 14 }; };
struct Graph { enum : std::uint32_t { node = 1, name = 2, initializer = 5, input = 11, output = 12,
                                      sparse_initializer = 15 }; };
struct Node { enum : std::uint32_t { input = 1, output = 2, name = 3, op_type = 4, attribute = 5 }; };
struct Attribute { enum : std::uint32_t { name = 1, f = 2, i = 3, s = 4, g = 6, ints = 8, graphs = 11, type = 20 }; };
struct Tensor { enum : std::uint32_t { dims = 1, data_type = 2, name = 8, raw_data = 9 }; };
struct SparseTensor { enum : std::uint32_t { values = 1 }; };
struct ValueInfo { enum : std::uint32_t { name = 1, type = 2 }; };
struct Type { enum : std::uint32_t { tensor_type = 1 }; };
struct TensorType { enum : std::uint32_t { elem_type = 1, shape = 2 }; };
struct Shape { enum : std::uint32_t { dim = 1 }; };
struct Dimension { enum : std::uint32_t { dim_value = 1, dim_param = 2 }; };
struct OperatorSet { enum : std::uint32_t { domain = 1, version = 2 }; };
struct Entry { enum : std::uint32_t { key = 1, value = 2 }; };
// clang-format on

}  // namespace graft::onnx_fields
