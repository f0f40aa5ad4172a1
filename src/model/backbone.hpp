/// @file
/// A pretrained network, loaded and cut into stages.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "image/preprocessing.hpp"
#include "model/architecture.hpp"

namespace graft {

/// Stages with values, and what goes with the values.
struct Backbone {
    Architecture architecture;
    std::string weights;       ///< the file they came from, or "random"
    std::string weights_hash;  ///< SHA-256 of the file, or "random-<seed>"
    std::string note;          ///< a remark for the log, or ""
};

/// Loads weights into an architecture.
/// A state dict (zip or legacy `.pth`) goes in by name. A TorchScript file is taken for its parameters, which go in by
/// name too, and for its `forward`, which must then give the same output (features or class scores, relative 1e-4) as
/// graft's own definition on a probe: what is trained is what was in the file.
/// @param weights a file, or "random" for values drawn from `seed`
/// @throws DataError when the file is damaged, is not of this architecture, or is a module traced in training mode
[[nodiscard]] Backbone load_backbone(const ArchitectureRow& row, const std::string& weights, std::uint64_t seed,
                                     const Preprocessing& preprocessing);

}  // namespace graft
