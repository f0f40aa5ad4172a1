/// @file
/// The steps that RandAugment and TrivialAugmentWide choose from, with torchvision's magnitudes, on Pillow's pixels.
#pragma once

#include <opencv2/core/mat.hpp>

#include "config/fields.hpp"
#include "core/random.hpp"

namespace graft {

/// What a step does, in torchvision's order.
enum class AutomaticStep {
    identity,
    shear_x,
    shear_y,
    translate_x,
    translate_y,
    rotate,
    brightness,
    color,
    contrast,
    sharpness,
    posterize,
    solarize,
    autocontrast,
    equalize,
};
template <>
inline constexpr auto enum_names<AutomaticStep> = std::to_array<std::string_view>(
    {"identity", "shear_x", "shear_y", "translate_x", "translate_y", "rotate", "brightness", "color", "contrast",
     "sharpness", "posterize", "solarize", "autocontrast", "equalize"});

/// How values between pixels come about where a step moves the picture.
enum class StepInterpolation { nearest, bilinear };
template <>
inline constexpr auto enum_names<StepInterpolation> = std::to_array<std::string_view>({"nearest", "bilinear"});

/// How the steps that move a picture render it.
struct StepRendering {
    StepInterpolation interpolation = StepInterpolation::nearest;
    std::vector<double> fill = {0};  ///< beyond the picture's edge, 0..255: one number, or red, green and blue
};
void describe(Fields& fields, StepRendering& rendering);
[[nodiscard]] std::vector<std::string> contradictions(const StepRendering& rendering);

/// How strong steps are.
enum class MagnitudeTable { rand_augment, trivial_augment_wide };

/// Of `bins` magnitudes from none to the strongest, number `bin`; 0 for steps that have no magnitude.
/// @param picture whose width and height RandAugment's translations are a share of
[[nodiscard]] double magnitude_of(AutomaticStep step, MagnitudeTable table, int bin, int bins, cv::Size picture);

/// Whether half of the draws have the magnitude negated.
[[nodiscard]] bool is_signed(AutomaticStep step);

/// The step done to [H,W] CV_8UC3, RGB; it may be returned as it is. Pixels of translations are whole.
[[nodiscard]] cv::Mat stepped(const cv::Mat& rgb, AutomaticStep step, double magnitude, const StepRendering& rendering);

/// A step drawn with equal shares. Always one number.
[[nodiscard]] AutomaticStep draw_step(Rng& rng);

}  // namespace graft
