/// @file
/// model.pt: a TorchScript archive that any LibTorch host opens, with all that is needed to use it inside.
#pragma once

#include <filesystem>
#include <string>

#include "core/files.hpp"
#include "deploy/model_info.hpp"
#include "network/layers.hpp"

namespace graft {

struct ModelFile {
    TorchModule module;  ///< float32 [N,3,H,W], RGB, 0..255 -> probabilities or numbers float32 [N,K]; in eval mode
    ModelInfo info;
};

/// Writes the archive, whole or not at all. `classifier` is as compose_classifier gives it and is not changed. Golden
/// images are made when `info` has none.
/// @throws Error naming the tensor when a parameter or a buffer is not finite; then the file has not changed
void save_model(const std::filesystem::path& file, const TorchModule& classifier, const ModelInfo& info,
                Present present = Present::replaced);

/// The same as the frozen module: batch norms folded, weights turned into constants. Smaller and faster in other
/// programs, but no longer something that can be trained.
void save_frozen_model(const std::filesystem::path& file, const TorchModule& classifier, const ModelInfo& info,
                       Present present = Present::replaced);

/// Throws DataError when the file is absent, damaged (a record's CRC is wrong), no TorchScript archive, or without a
/// graft.json that holds only what is allowed (see read_model_info) and describes this network (see expect_fits).
[[nodiscard]] ModelFile load_model(const std::filesystem::path& file, c10::Device device = c10::DeviceType::CPU);

/// Runs the network once, on an input of the size that `info` names: it has to give one value for each output.
/// @param file stands in the message @throws DataError when it does not
void expect_fits(const Forward& network, const ModelInfo& info, const std::string& file);

/// @param file stands in the message @throws Error naming the first parameter or buffer that is not finite
void expect_finite(const TorchModule& classifier, const std::string& file);

/// Gives the info golden images when it has none.
void add_golden_images(ModelInfo& info, const TorchModule& classifier);

}  // namespace graft
