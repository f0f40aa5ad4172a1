/// @file
/// The pictures of one image that test-time augmentation looks at.
#pragma once

#include <array>
#include <cstddef>
#include <opencv2/core/mat.hpp>
#include <vector>

#include "core/enum_names.hpp"
#include "graft/image/test_time_augmentation.hpp"
#include "image/preprocessing.hpp"

namespace graft {

template <>
inline constexpr auto enum_names<TestTimeAugmentation> = std::to_array<std::string_view>({"none", "flip", "five_crop",
                                                                                          "ten_crop"});

/// How many pictures these are.
[[nodiscard]] constexpr std::size_t view_count(TestTimeAugmentation augmentation) {
    constexpr std::array<std::size_t, enum_names<TestTimeAugmentation>.size()> counts = {1, 2, 5, 10};
    return counts[static_cast<std::size_t>(augmentation)];
}

/// The network's inputs of one picture. A crop's window is as large as the usual one where that is a centre crop, and
/// seven eighths of the picture's sides where it is the whole picture; four lie in the corners, one in the middle.
/// @param rgb [H,W] CV_8UC3, RGB, not empty
/// @return each [height,width] CV_8UC3, RGB, continuous; the first is of the middle, mirror images follow their picture
[[nodiscard]] std::vector<cv::Mat> test_views(const cv::Mat& rgb, TestTimeAugmentation augmentation,
                                              const Preprocessing& preprocessing);

}  // namespace graft
