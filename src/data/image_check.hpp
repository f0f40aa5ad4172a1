/// @file
/// Finds the images that cannot be decoded, all at once, before hours are spent.
#pragma once

#include <cstddef>
#include <functional>
#include <opencv2/core/mat.hpp>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "data/image_folder.hpp"
#include "data/image_memo.hpp"
#include "graft/core/reporter.hpp"
#include "graft/data/policies.hpp"
#include "image/decode/decode.hpp"

namespace graft {

struct BadImage {
    std::string name;    ///< of the sample
    std::string reason;  ///< what is wrong with the file, its path first
};

/// Whoever wants to see the pictures that are decoded anyway. Both may be empty.
struct PictureObserver {
    /// Whether this content was seen before: if not, the image is decoded though it is known to be good.
    std::function<bool(const Fingerprint& content)> knows = {};
    /// Called for every picture, on the thread that has decoded it. @param rgb [H,W] CV_8UC3
    std::function<void(const Fingerprint& content, const cv::Mat& rgb)> see = {};
};

/// Decodes every image on `workers` threads, but for those that `memo` knows to be good, and fills in
/// Sample::content of those that are. Warns of files that are odd though their pictures are whole.
/// @return the bad ones, in the order of `samples`
/// @throws Interrupted when a stop is requested
[[nodiscard]] std::vector<BadImage> find_bad_images(std::span<Sample> samples, std::size_t workers,
                                                    std::stop_token stop, Reporter& reporter, ImageMemo& memo,
                                                    const DecodeOptions& limits = {},
                                                    const PictureObserver& observer = {});

/// Images that are used for one purpose.
struct ImagePart {
    std::string_view name;         ///< "train", "validation", "test"
    std::vector<Sample>& samples;  ///< loses its bad images
    bool needs_every_class = false;
};

/// An image that was left out.
struct SkippedImage {
    std::string part, name, reason;
};

struct ImageCheckOptions {
    std::size_t workers = 1;
    OnBadImage on_bad_image = OnBadImage::fail;
    DecodeOptions limits;
    PictureObserver observer = {};
};

/// Decodes the images of all parts but those that earlier runs have found to be good, and takes the bad ones out.
/// @param classes in the order of the labels
/// @return what was taken out
/// @throws DataError under OnBadImage::fail with one line per bad image; when a part has lost all images of a class
/// that
///         it needs; Interrupted when a stop is requested
[[nodiscard]] std::vector<SkippedImage> check_parts(std::span<const ImagePart> parts,
                                                    std::span<const std::string> classes,
                                                    const ImageCheckOptions& options, std::stop_token stop,
                                                    Reporter& reporter);

/// skipped.json: a list of objects with part, name and reason.
[[nodiscard]] std::string skipped_as_json(std::span<const SkippedImage> skipped);

/// "2 of 3 images cannot be used".
[[nodiscard]] std::string cannot_be_used(std::size_t bad, std::size_t images);

}  // namespace graft
