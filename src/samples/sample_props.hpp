/// @file
/// What surrounds the subject of a sample image and says nothing about its class: the ground and the clutter on it.
#pragma once

#include "samples/sample_surface.hpp"

namespace graft {

/// A ground without outline: clouds, wood, tiles, cloth, sand or pebbles.
[[nodiscard]] Shader make_ground(Rng& rng);
/// A small thing that is none of the classes: a pebble, a ring, a stick or a tile.
[[nodiscard]] Shader make_clutter(Rng& rng);

}  // namespace graft
