/// @file
/// graft.json: what a model file says of itself. docs/model-format.md describes it.
#pragma once

#include <string>
#include <vector>

#include "config/json.hpp"
#include "deploy/golden.hpp"
#include "image/preprocessing.hpp"

namespace graft {

/// The name of the record in a TorchScript archive, and of the entry in an ONNX file's metadata.
constexpr const char* kModelInfoName = "graft.json";

/// The version that is written. Version 1 had no golden images, version 2 no reduced decoding.
constexpr int kModelFormatVersion = 3;

struct ModelInfo {
    std::vector<std::string> classes;  ///< in the order of the output
    Preprocessing preprocessing;
    double temperature = 1;           ///< class scores are divided by it before the softmax
    std::string backbone;             ///< name of its architecture
    std::string backbone_hash;        ///< SHA-256 of the weights it started from
    std::string freeze;               ///< the last stage that stayed frozen, or "all" or "none"
    Json config;                      ///< the resolved config of the run that trained it
    std::string graft_version;        ///< that wrote the file; empty in a model that was not saved yet
    std::vector<GoldenImage> golden;  ///< none in a model that was not saved yet, or by format version 1
};

[[nodiscard]] Json to_json(const ModelInfo& info);

/// Whether golden images have to be there: an export of the weights alone leaves them out.
enum class GoldenImages { required, left_out };

/// @param text the content of graft.json; @param file stands in error messages
/// @throws DataError when it is not JSON, of a newer format, or when a value is missing or not allowed: it names the
/// key,
///         what was found and what is allowed
[[nodiscard]] ModelInfo read_model_info(const std::string& text, const std::string& file,
                                        GoldenImages golden = GoldenImages::required);

}  // namespace graft
