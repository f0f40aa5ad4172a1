/// @file
/// Finds modules whose code is fixed to training mode: eval() changes nothing in them.
#pragma once

#include <string>

namespace torch::jit {
struct Module;
}

namespace graft {

/// What is wrong with a module that keeps normalising by the batch or dropping values after eval(), with what helps; ""
/// for one that does not. That happens when a network is traced before eval() is called, when functional dropout is
/// scripted without its `training` argument, and with batch norms that keep no statistics.
[[nodiscard]] std::string recorded_training_mode(const torch::jit::Module& module);

}  // namespace graft
