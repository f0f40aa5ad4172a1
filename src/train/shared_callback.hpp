/// @file
/// An application's callback in a training that owns its callbacks.
#pragma once

#include <memory>

#include "graft/train/callback.hpp"

namespace graft {

/// Passes everything on to `callback`, which may outlive the training. @throws Error for a null pointer
[[nodiscard]] std::unique_ptr<Callback> shared_callback(std::shared_ptr<Callback> callback);

}  // namespace graft
