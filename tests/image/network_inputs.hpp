/// @file
/// Preprocessing of tests.
#pragma once

#include <cstdint>

#include "image/preprocessing.hpp"

namespace graft::testing {

/// That of a network with this input, without a crop.
inline Preprocessing input_of(std::int64_t height, std::int64_t width,
                              Interpolation interpolation = Interpolation::bilinear) {
    Preprocessing preprocessing;
    preprocessing.height = height;
    preprocessing.width = width;
    preprocessing.interpolation = interpolation;
    return preprocessing;
}

}  // namespace graft::testing
