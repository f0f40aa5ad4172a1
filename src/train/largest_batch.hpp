/// @file
/// How many images a step of training has room for on a device.
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <vector>

#include "core/device.hpp"
#include "network/layers.hpp"
#include "network/stochastic_depth.hpp"

namespace graft {

/// What a step computes.
struct StepShape {
    std::vector<std::int64_t> feature_shape;  ///< of one image
    Precision precision = Precision::float32;
    StochasticDepth depth = {};
};

/// Trains a copy of the scion on pictures of nothing, 2, 4, 8 … of them at once, and beside them as much as an
/// optimizer and averaged weights take, until three quarters of the device's memory are in use, by whomever. Where a
/// device does not tell its memory: until it does not suffice, and then with half of what did.
/// @param scion features -> scores [N,K]; stays as it is
/// @param most at least 2; a batch is no larger
/// @return a power of two
/// @throws DeviceMemoryError where not even two images have room
[[nodiscard]] std::int64_t largest_batch(const TorchModule& scion, const StepShape& step, const c10::Device& device,
                                         std::int64_t most);

}  // namespace graft
