/// @file
/// What is inside of an application's layers and backbones.
#pragma once

#include "graft/network/own_backbone.hpp"
#include "network/architecture.hpp"

namespace graft {

struct Layer::Parts {
    TorchModule module;
};

/// The table row of an application's backbone. Its `make` throws Error when what the application gives is incomplete.
[[nodiscard]] ArchitectureRow architecture_row(const OwnBackbone& backbone);

}  // namespace graft
