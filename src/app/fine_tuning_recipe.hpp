/// @file
/// How long to fine-tune, on pictures of which size: by the amount of data.
#pragma once

#include <cstdint>
#include <filesystem>

#include "config/json.hpp"

namespace graft {

/// How much there is to learn from.
struct DataExtent {
    std::int64_t images = 0;  ///< to train on; 0: not known
    std::int64_t side = 0;    ///< of a usual picture, the shorter one, pixels; 0: not known
};

/// Counts the images of class folders or of a list, and looks at some of them. What cannot be read is not known.
[[nodiscard]] DataExtent extent_of(const std::filesystem::path& train);

/// `/training` of a fine-tuning: the head on features that are computed once, then everything, gently (Kumar et al.
/// 2022). As in BiT's HyperRule (Kolesnikov et al. 2020) the steps follow from the number of images, and many images
/// are mixed.
[[nodiscard]] Json fine_tuning_of(const DataExtent& extent, std::int64_t batch_size);

/// `/data/image_size`, also as in the HyperRule: small pictures gain nothing from being blown up further.
[[nodiscard]] std::int64_t image_size_for(const DataExtent& extent);

}  // namespace graft
