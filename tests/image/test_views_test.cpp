#include "image/test_views.hpp"

#include <gtest/gtest.h>

#include <opencv2/core.hpp>

#include "pictures.hpp"

namespace graft {
namespace {

using testing::equal;
using testing::noise;

cv::Mat mirrored(const cv::Mat& rgb) {
    cv::Mat result;
    cv::flip(rgb, result, 1);
    return result;
}

TEST(TestViews, OfOneIsThePictureThatValidationSees) {
    const Preprocessing small{.height = 24, .width = 32};
    const std::vector<cv::Mat> pictures = test_views(noise(40, 50), TestTimeAugmentation::none, small);
    ASSERT_EQ(pictures.size(), 1U);
    EXPECT_TRUE(equal(pictures[0], resize_to_input(noise(40, 50), small)));
}

TEST(TestViews, OfFlipAreThePictureAndItsMirrorImage) {
    const Preprocessing small{.height = 24, .width = 32};
    const std::vector<cv::Mat> pictures = test_views(noise(40, 50), TestTimeAugmentation::flip, small);
    ASSERT_EQ(pictures.size(), 2U);
    EXPECT_TRUE(equal(pictures[0], resize_to_input(noise(40, 50), small)));
    EXPECT_TRUE(equal(pictures[1], mirrored(pictures[0])));
}

TEST(TestViews, OfFiveCropAreWindowsInTheMiddleAndTheCorners) {
    // seven eighths of 16x8 are 14x7, the size of the input: nothing is interpolated; the middle is half a pixel left
    const cv::Mat rgb = noise(8, 16);
    const std::vector<cv::Mat> pictures = test_views(rgb, TestTimeAugmentation::five_crop, {.height = 7, .width = 14});
    const cv::Size window(14, 7);
    ASSERT_EQ(pictures.size(), 5U);
    EXPECT_TRUE(equal(pictures[0], rgb(cv::Rect({1, 0}, window))));
    EXPECT_TRUE(equal(pictures[1], rgb(cv::Rect({0, 0}, window))));
    EXPECT_TRUE(equal(pictures[2], rgb(cv::Rect({2, 0}, window))));
    EXPECT_TRUE(equal(pictures[3], rgb(cv::Rect({0, 1}, window))));
    EXPECT_TRUE(equal(pictures[4], rgb(cv::Rect({2, 1}, window))));
}

TEST(TestViews, OfACentreCropHaveItsSize) {
    // the largest 4:4 window of 20x12 is 12x12, half of that 6x6; the middle one is the usual window
    const Preprocessing cropped{.height = 6, .width = 6, .resize = ResizeMode::center_crop, .crop_fraction = 0.5};
    const cv::Mat rgb = noise(12, 20);
    const std::vector<cv::Mat> pictures = test_views(rgb, TestTimeAugmentation::five_crop, cropped);
    EXPECT_TRUE(equal(pictures[0], resize_to_input(rgb, cropped)));
    EXPECT_TRUE(equal(pictures[4], rgb(cv::Rect(14, 6, 6, 6))));
}

TEST(TestViews, OfTenCropAreFiveAndTheirMirrorImages) {
    const Preprocessing small{.height = 24, .width = 32};
    const std::vector<cv::Mat> five = test_views(noise(40, 50), TestTimeAugmentation::five_crop, small);
    const std::vector<cv::Mat> ten = test_views(noise(40, 50), TestTimeAugmentation::ten_crop, small);
    ASSERT_EQ(ten.size(), 10U);
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_TRUE(equal(ten[2 * i], five[i]));
        EXPECT_TRUE(equal(ten[2 * i + 1], mirrored(five[i])));
    }
}

TEST(TestViews, TakePicturesOfOnePixel) {
    for (const TestTimeAugmentation augmentation : {TestTimeAugmentation::none, TestTimeAugmentation::ten_crop}) {
        const std::vector<cv::Mat> pictures = test_views(noise(1, 1), augmentation, {.height = 4, .width = 4});
        EXPECT_EQ(pictures.size(), view_count(augmentation));
        for (const cv::Mat& picture : pictures) EXPECT_EQ(picture.size(), cv::Size(4, 4));
    }
}

}  // namespace
}  // namespace graft
