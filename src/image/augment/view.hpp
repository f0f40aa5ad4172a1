/// @file
/// One augmented rendering of an image: drawn from a random stream, rendered in one warp.
#pragma once

#include <opencv2/core/mat.hpp>
#include <opencv2/core/matx.hpp>

#include "core/random.hpp"
#include "image/augment/augmentation.hpp"
#include "image/preprocessing.hpp"

namespace graft {

/// What one view does to a picture. The default leaves it as it is.
struct View {
    double theta = 0;    ///< degrees; positive turns the picture counter-clockwise
    double shift_x = 0;  ///< pixels of the output along the width; positive moves the picture to the left
    double shift_y = 0;  ///< pixels of the output along the height; positive moves the picture up
    double shear = 0;    ///< degrees
    double zoom_x = 1;   ///< along the width; below 1 magnifies
    double zoom_y = 1;   ///< along the height; below 1 magnifies
    bool flip_horizontal = false;
    bool flip_vertical = false;
    double brightness = 1;     ///< factor on the values
    double channel_shift = 0;  ///< added to the values

    bool operator==(const View&) const = default;
};

/// A view drawn from `options` for pictures of size `output`. Takes ten numbers from `rng`, in the order theta,
/// shift_x, shift_y, shear, zoom_x, zoom_y, flip_horizontal, flip_vertical, brightness, channel_shift, whatever
/// is on: to switch one kind on or off does not change what is drawn for another.
[[nodiscard]] View draw_view(const AugmentationOptions& options, cv::Size output, Rng& rng);

/// Where in the resized picture a pixel of the view lies: maps (x, y, 1) to (x, y), pixel centres at whole numbers.
/// About the centre ((width-1)/2, (height-1)/2) it is M = R·T·S·Z in (x, y) order, after the flips, with
/// S = [[1, -sin shear], [0, cos shear]]: the matrix of Keras (tensorflow.keras and Keras 3, apply_affine_transform),
/// but the shifts along the axes they are named after and the centre not transposed.
[[nodiscard]] cv::Matx23d view_matrix(const View& view, cv::Size output);

/// The view of a picture. Keras's order: warp, channel shift, flip, brightness.
///
/// The resize and the warp are one linear interpolation from the reduced picture to the output, except where that
/// would be another picture (enlarging with nearest or bicubic): then the picture is enlarged first. Positions are
/// rounded to 1/32 pixel of the reduced picture, OpenCV's precision. A view that neither turns, shifts, shears nor
/// zooms is exactly enlarge_to_input, flipped. Thread-safe.
/// @return [height,width] CV_8UC3, RGB, continuous, with pixels of its own
[[nodiscard]] cv::Mat render_view(const ReducedImage& reduced, const View& view, const AugmentationOptions& options,
                                  const Preprocessing& preprocessing);

/// The same for a decoded picture of any size, [H,W] CV_8UC3, RGB. For several views of one picture reduce it once.
[[nodiscard]] cv::Mat render_view(const cv::Mat& rgb, const View& view, const AugmentationOptions& options,
                                  const Preprocessing& preprocessing);

}  // namespace graft
