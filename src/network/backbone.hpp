/// @file
/// A pretrained network, loaded and cut into stages.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "image/preprocessing.hpp"
#include "network/architecture.hpp"
#include "network/load_state.hpp"

namespace graft {

/// The name of a backbone that is whatever network a TorchScript file holds.
inline constexpr std::string_view kTorchScript = "torchscript";

/// Stages with values, and what goes with the values.
struct Backbone {
    Architecture architecture;
    std::string weights;       ///< the file they came from, or "random"
    std::string weights_hash;  ///< SHA-256 of the file, or "random-<seed>"; names what is absent in it too
    std::string note;          ///< a remark for the log, or ""
    LoadReport loading;        ///< what became of the file's tensors
};

/// Loads weights into an architecture.
/// A state dict (zip or legacy `.pth`) goes in by name. A TorchScript file is taken for its parameters, which go in by
/// name too, and for its `forward`, which must then give the same output (features or class scores, relative 1e-4) as
/// graft's own definition on a probe: what is trained is what was in the file.
/// @param weights a file, or "random" for values drawn from `seed`; so are values that are allowed to be absent
/// @throws DataError when the file is damaged, is not of this architecture, or is a module fixed to training mode
[[nodiscard]] Backbone load_backbone(const ArchitectureRow& row, const std::string& weights, std::uint64_t seed,
                                     const Preprocessing& preprocessing, const LoadOptions& allowance = {});

/// Takes the network of a TorchScript file as it is, cut into stages where that is possible (split_module).
/// @throws DataError when the file is damaged or no TorchScript, or its network cannot be used
[[nodiscard]] Backbone load_torchscript_backbone(const std::string& file, const Preprocessing& preprocessing);

}  // namespace graft
