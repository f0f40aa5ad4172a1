/// @file
/// graft.json: what a model file says of itself. docs/model-format.md describes it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/json.hpp"
#include "deploy/golden.hpp"
#include "deploy/reference_vectors.hpp"
#include "graft/record/decision.hpp"
#include "image/preprocessing.hpp"
#include "record/task_kind.hpp"

namespace graft {

/// The name of the record in a TorchScript archive, and of the entry in an ONNX file's metadata.
constexpr const char* kModelInfoName = "graft.json";

/// The newest version. Version 1 had no golden images, version 2 no reduced decoding, version 3 no task: classification
/// alone; until version 4 there was neither a temperature nor a decision, until version 5 none by distance. Each model
/// is written in the least version that can say what there is to say of it, so that earlier versions of graft read it.
constexpr int kModelFormatVersion = 6;

struct ModelInfo {
    TaskKind task = TaskKind::classification;
    std::vector<std::string> outputs;  ///< names of the K values, in their order: classes, or targets of a regression
    std::vector<float> thresholds;     ///< multi_label: a class is found where its probability reaches this. [K]
    std::vector<float> target_mean, target_std;  ///< regression: of the training images' targets. [K]
    Preprocessing preprocessing;
    double temperature = 1;  ///< of classification: `forward` divides class scores by it before softmax
    Decision decision;       ///< the same: when the answer is "unknown"
    std::optional<ReferenceVectors> references;  ///< the same: there where the decision has a max_distance
    std::string backbone;                        ///< name of its architecture
    std::string backbone_hash;                   ///< SHA-256 of the weights it started from
    std::string freeze;                          ///< the last stage that stayed frozen, or "all" or "none"
    Json config;                                 ///< the resolved config of the run that trained it
    std::string graft_version;                   ///< that wrote the file; empty in a model that was not saved yet
    std::vector<GoldenImage> golden;             ///< none in a model that was not saved yet, or by format version 1
};

[[nodiscard]] Json to_json(const ModelInfo& info);

/// The same for a file that gives no vectors: what is decided by distance is left out.
[[nodiscard]] ModelInfo without_distance(ModelInfo info);

/// What differences of each output are measured by: 1 for probabilities, the standard deviation for numbers. [K]
[[nodiscard]] std::vector<float> scale_of(const ModelInfo& info);
/// "probabilities", or "values" of a regression.
[[nodiscard]] const char* name_of_outputs(TaskKind task);

/// Whether golden images have to be there: an export of the weights alone leaves them out.
enum class GoldenImages { required, left_out };

/// @param text the content of graft.json; @param file stands in error messages
/// @throws DataError when it is not JSON, of a newer format, or when a value is missing or not allowed: it names the
/// key,
///         what was found and what is allowed
[[nodiscard]] ModelInfo read_model_info(const std::string& text, const std::string& file,
                                        GoldenImages golden = GoldenImages::required);

}  // namespace graft
