/// @file
/// The deterministic way from a decoded image to a network's input. Part of the weights' contract: training,
/// evaluation and every exported model use the same rule.
#pragma once

#include <array>
#include <cstdint>
#include <opencv2/core/mat.hpp>

#include "config/fields.hpp"

namespace graft {

enum class ResizeMode {
    squash,       ///< both sides to the input size, whatever the aspect ratio (Keras)
    center_crop,  ///< the largest centred window of the input's aspect ratio times crop_fraction, then resized to it
};
template <>
inline constexpr auto enum_names<ResizeMode> = std::to_array<std::string_view>({"squash", "center_crop"});

enum class Interpolation { nearest, bilinear, bicubic };
template <>
inline constexpr auto enum_names<Interpolation> = std::to_array<std::string_view>({"nearest", "bilinear", "bicubic"});

/// How a picture becomes a network's input.
struct Preprocessing {
    std::int64_t height = 224, width = 224;  ///< pixels of the input
    ResizeMode resize = ResizeMode::squash;
    double crop_fraction = 0.875;  ///< share of the window that center_crop keeps per side, in (0, 1]
    Interpolation interpolation = Interpolation::bilinear;   ///< for enlarging; shrinking averages areas
    std::array<double, 3> mean = {123.675, 116.28, 103.53};  ///< RGB, on the scale 0..255
    std::array<double, 3> std = {58.395, 57.12, 57.375};     ///< RGB, on the scale 0..255
    bool reduced_decode = false;  ///< JPEGs that are far larger than the input are decoded at half their size

    bool operator==(const Preprocessing&) const = default;
};

void describe(Fields& fields, Preprocessing& preprocessing);

/// Width and height of the input, in OpenCV's order.
[[nodiscard]] inline cv::Size input_size(const Preprocessing& preprocessing) {
    return {static_cast<int>(preprocessing.width), static_cast<int>(preprocessing.height)};
}

/// Whether a picture of size `source` may come at half that size: with `reduced_decode`, when what becomes the input is
/// at least four times as large on both sides. Averaging areas hides the difference: at most 2 of 255.
[[nodiscard]] bool may_be_halved(cv::Size source, const Preprocessing& preprocessing);

/// The part of a picture of size `source` that becomes the input. Sides of a centre crop are rounded to whole pixels;
/// when what is left over is odd, the window lies half a pixel to the left or to the top. In a picture that may be
/// halved it is the window of the half, twice as large, so that it does not matter which of both is given.
[[nodiscard]] cv::Rect input_window(cv::Size source, const Preprocessing& preprocessing);

/// A picture that is cut to the input's window and no longer than the input on either side. All views of an image are
/// rendered from it. It may share the pixels of the picture it was made from.
struct ReducedImage {
    cv::Mat rgb;  ///< [<=height, <=width] CV_8UC3, RGB
};

/// The window, and of its sides those that are longer than the input's reduced by area averaging (antialiasing).
/// @param rgb [H,W] CV_8UC3, RGB, not empty
[[nodiscard]] ReducedImage reduce_to_input(const cv::Mat& rgb, const Preprocessing& preprocessing);
/// The same with another window: the part of the picture that becomes the input.
[[nodiscard]] ReducedImage reduce_to_input(const cv::Mat& rgb, const cv::Rect& window,
                                           const Preprocessing& preprocessing);

/// Enlarges with `interpolation` what is still shorter than the input.
/// @return [height,width] CV_8UC3, RGB, continuous, with pixels of its own
[[nodiscard]] cv::Mat enlarge_to_input(const ReducedImage& reduced, const Preprocessing& preprocessing);

/// The picture as the network sees it before normalisation: reduce_to_input, then enlarge_to_input.
/// @param rgb [H,W] CV_8UC3, RGB, not empty
/// @return [height,width] CV_8UC3, RGB, continuous, with pixels of its own
[[nodiscard]] cv::Mat resize_to_input(const cv::Mat& rgb, const Preprocessing& preprocessing);

}  // namespace graft
