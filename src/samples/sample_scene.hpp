/// @file
/// How the sample images are painted: layers of shapes, each with its own colours and pose, under one light.
#pragma once

#include <opencv2/core.hpp>

#include "samples/sample_surface.hpp"

namespace graft {

/// RGB, each 0 to 1.
using Colour = cv::Vec3f;

/// Brightness of a colour as the eye sees it (Rec. 709 weights, on the encoded values), 0 to 1.
[[nodiscard]] float luma(const Colour& colour);

/// Where a shape lies in the picture, in pixels.
struct ShapePose {
    Point centre;
    float radius = 1.0F;   ///< of the shape's unit circle
    float turn = 0.0F;     ///< radians
    float flatten = 1.0F;  ///< 0 to 1: how wide the shape stays across `lean`, as if seen from the side
    float lean = 0.0F;     ///< radians
};

/// A shape with its colours.
struct PaintedShape {
    Shader shader;
    ShapePose pose;
    Colour first, second;
    float gloss = 0.0F;   ///< strength of the highlight, 0 to 1
    float shadow = 0.0F;  ///< strength of the shadow it throws on what lies below, 0 to 1
};

/// A far lamp.
struct Lamp {
    cv::Vec3f towards;  ///< unit vector; x right, y down, z out of the picture
    float ambient = 0.5F;
};

/// Paints a layer over a picture (CV_32FC3, RGB, 0 to 1).
void paint(cv::Mat& picture, const PaintedShape& layer, const Lamp& light);

/// A ground without outline: clouds, wood, tiles, cloth, sand or pebbles.
[[nodiscard]] Shader make_ground(Rng& rng);
/// A small thing that is none of the classes: a pebble, a ring, a stick or a tile.
[[nodiscard]] Shader make_clutter(Rng& rng);

}  // namespace graft
