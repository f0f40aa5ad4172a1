/// @file
/// The file format that torch.save has written since PyTorch 1.6: an uncompressed zip archive with one pickle and one
/// record for each storage. Source: torch/serialization.py, `_save`, and caffe2/serialize/inline_container.h.
#pragma once

#include <filesystem>

#include "weights/format/weights_content.hpp"

namespace graft {

/// Reads the records that the state dict needs and checks their CRCs. Throws DataError naming the file when it is no
/// such archive, damaged, compressed, of another kind (TorchScript), or wants code to be run.
[[nodiscard]] WeightsContent read_zip_weights(const std::filesystem::path& file);

}  // namespace graft
