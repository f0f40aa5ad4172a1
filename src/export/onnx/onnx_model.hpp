/// @file
/// An ONNX file as plain data, and its bytes. Names and numbers are those of onnx.proto (ONNX 1.5 and later).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace graft {

enum class OnnxType : std::int32_t { float32 = 1, uint8 = 2, int8 = 3, int32 = 6, int64 = 7, float16 = 10 };

/// A tensor with values: little-endian, row-major.
struct OnnxTensor {
    std::string name;
    OnnxType type = OnnxType::float32;
    std::vector<std::int64_t> shape;
    std::string bytes;
};

using OnnxAttribute = std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>>;
using OnnxAttributes = std::vector<std::pair<std::string, OnnxAttribute>>;

struct OnnxNode {
    std::string op, name;
    std::vector<std::string> inputs, outputs;
    OnnxAttributes attributes;
};

/// A float32 input or output; a size of -1 is the number of images and is called "N".
struct OnnxPort {
    std::string name;
    std::vector<std::int64_t> shape;
};

struct OnnxModel {
    std::int64_t opset = 10;
    std::vector<OnnxNode> nodes;  ///< each after those whose outputs it reads
    std::vector<OnnxTensor> initializers;
    OnnxPort input, output;
    std::vector<std::pair<std::string, std::string>> metadata;
};

/// The file. The format's version is the oldest that goes with the opset. Throws Error above 2 GiB, the format's limit.
[[nodiscard]] std::string encode(const OnnxModel& model);

/// Removes nodes and initializers that the output does not need.
void drop_unused(OnnxModel& model);

/// Zeros that a Pad puts around what only a Conv takes become the Conv's own. ONNX Runtime does so by itself, but not
/// in 8 bits.
void merge_padding(OnnxModel& model);

/// What an ONNX file says of itself.
struct OnnxSummary {
    std::int64_t ir_version = 0, opset = 0;
    std::string producer;
    std::map<std::string, std::int64_t> operators;  ///< name -> how many nodes
    std::map<std::string, std::string> metadata;
    std::int64_t parameters = 0;  ///< values in initializers
};

/// Reads what concerns the summary. @throws DataError naming `file` when the bytes are not an ONNX file
[[nodiscard]] OnnxSummary summarise_onnx(std::string_view bytes, const std::string& file);

/// Every input of every node, and every output of a graph, is an input of the graph, an initializer or the output of an
/// earlier node. OpenCV does not look, and would read where nothing is.
/// @throws DataError naming `file`, the node and the input when one is not
void expect_defined_inputs(std::string_view bytes, const std::string& file);

}  // namespace graft
