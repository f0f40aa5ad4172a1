/// @file
/// model.pt: a TorchScript archive that any LibTorch host opens, with all that is needed to use it inside.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/json.hpp"
#include "image/preprocessing.hpp"
#include "model/layers.hpp"

namespace graft {

/// What graft.json in the archive says.
struct ModelInfo {
    std::vector<std::string> classes;  ///< in the order of the output
    Preprocessing preprocessing;
    double temperature = 1;     ///< class scores are divided by it before the softmax
    std::string backbone;       ///< name of its architecture
    std::string backbone_hash;  ///< SHA-256 of the weights it started from
    std::string freeze;         ///< the last stage that stayed frozen, or "all" or "none"
    Json config;                ///< the resolved config of the run that trained it
    std::string graft_version;  ///< that wrote the file; empty in a model that was not saved yet
};

struct ModelFile {
    TorchModule module;  ///< float32 [N,3,H,W], RGB, 0..255 -> probabilities float32 [N,K]; in eval mode
    ModelInfo info;
};

[[nodiscard]] Json to_json(const ModelInfo& info);

/// Writes the archive, whole or not at all. `classifier` is as compose_classifier gives it and is not changed.
void save_model(const std::filesystem::path& file, const TorchModule& classifier, const ModelInfo& info);

/// Throws DataError when the file is absent, damaged, no TorchScript archive, without a graft.json, or of a newer
/// format.
[[nodiscard]] ModelFile load_model(const std::filesystem::path& file);

}  // namespace graft
