/// @file
/// From a sample to the picture that the network sees: decode, resize, augment.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <optional>

#include "config/json.hpp"
#include "data/image_folder.hpp"
#include "image/augment/augmentation.hpp"
#include "image/decode/decode.hpp"
#include "image/preprocessing.hpp"

namespace graft {

/// Pictures as deployment sees them, or varied at random.
enum class ViewKind { plain, augmented };

/// What all views of a sample are rendered from.
struct LoadedPicture {
    cv::Mat rgb;  ///< [H,W] CV_8UC3, RGB: no larger than the input, or as it was decoded where each view takes a part
};

/// Renders views of samples. A view is a pure function of (seed, sample id, view number): neither threads nor other
/// images change it. Thread-safe.
class ViewRenderer {
public:
    ViewRenderer(const Preprocessing& preprocessing, const AugmentationOptions& augmentation, std::uint64_t seed,
                 std::int64_t max_pixels = kDefaultMaxPixels);

    /// The decoded picture. The file is read once: what is decoded is what Sample::content was compared with, so that
    /// no other file's features can be kept under its name.
    /// @throws DataError when the file cannot be decoded, or is another one than when it was checked
    [[nodiscard]] LoadedPicture load(const Sample& sample) const;

    /// @param picture of the sample, as load() gives it
    /// @param view number of the view, or nothing for the picture as deployment sees it, without augmentation
    /// @return [height,width] CV_8UC3, RGB
    [[nodiscard]] cv::Mat render(const LoadedPicture& picture, const Sample& sample,
                                 std::optional<std::int64_t> view) const;

    /// The same of a sample that is loaded for one view alone.
    [[nodiscard]] cv::Mat render(const Sample& sample, std::optional<std::int64_t> view) const {
        return render(load(sample), sample, view);
    }

    /// All that a view depends on besides the sample, as JSON, as far as it is not the default; without augmentation
    /// for the plain picture.
    [[nodiscard]] Json recipe(ViewKind kind) const;

private:
    Preprocessing preprocessing_;
    AugmentationOptions augmentation_;
    WindowOperation window_;                    // which part of the picture a view is of; empty: the one that is usual
    std::vector<PictureOperation> operations_;  // [place in the list], empty at the window's
    std::uint64_t seed_;
    DecodeOptions decoding_;
};

}  // namespace graft
