/// @file
/// What a picture is like: how dark, light, sharp and rich it is, and a hash that survives small changes.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>

#include "core/hash.hpp"

namespace graft {

/// Scores as CleanVision 0.3 defines them, in [0, 1]: the lower, the worse.
struct PictureFacts {
    std::int32_t width = 0, height = 0;
    float brightest = 0;     ///< the 99th percentile of the pixels' brightness: low in dark pictures
    float darkest = 0;       ///< one minus the 5th percentile: low in light pictures
    float information = 0;   ///< a tenth of the entropy of the values of red, green and blue, in bits
    float sharpness = 0;     ///< from the edges of a copy of 64 pixels
    std::uint64_t hash = 0;  ///< perceptual_hash
    Fingerprint pixels;      ///< of size and pixels: equal for the same picture in another file

    /// The shorter side in parts of the longer one.
    [[nodiscard]] double aspect() const {
        return static_cast<double>(width < height ? width : height) / (width < height ? height : width);
    }
};

/// @param rgb [H,W] CV_8UC3, RGB, continuous, not empty
[[nodiscard]] PictureFacts measure_picture(const cv::Mat& rgb);

/// pHash as imagededup 0.3 computes it: which of the 8 x 8 slowest waves (DCT) of the grey picture of 32 x 32 pixels
/// are at least as strong as their median, the first of them the highest bit.
[[nodiscard]] std::uint64_t perceptual_hash(const cv::Mat& rgb);

}  // namespace graft
