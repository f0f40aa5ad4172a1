/// @file
/// From a sample to the picture that the network sees: decode, resize, augment.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <optional>

#include "data/image_folder.hpp"
#include "image/augmentation.hpp"
#include "image/preprocessing.hpp"

namespace graft {

/// Renders views of samples. A view is a pure function of (seed, sample id, view number): neither threads nor other
/// images change it. Thread-safe.
class ViewRenderer {
public:
    ViewRenderer(const Preprocessing& preprocessing, const AugmentationOptions& augmentation, std::uint64_t seed);

    /// @param view number of the view, or nothing for the picture as deployment sees it, without augmentation
    /// @return [height,width] CV_8UC3, RGB
    /// @throws DataError when the file cannot be decoded
    [[nodiscard]] cv::Mat render(const Sample& sample, std::optional<std::int64_t> view) const;

private:
    Preprocessing preprocessing_;
    AugmentationOptions augmentation_;
    std::uint64_t seed_;
};

}  // namespace graft
