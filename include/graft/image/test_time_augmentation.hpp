/// @file
/// Several pictures of one image, whose probabilities are averaged.
#pragma once

namespace graft {

/// What is looked at of an image. Each picture is a pass through the network.
enum class TestTimeAugmentation {
    none,       ///< the picture as validation sees it
    flip,       ///< and its mirror image: 2 pictures
    five_crop,  ///< a window in each corner and in the middle: 5
    ten_crop,   ///< and their mirror images: 10
};

}  // namespace graft
