#include "image/test_views.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/core.hpp>

namespace graft {
namespace {

constexpr double kCropOfSquashed = 0.875;  // timm's usual centre crop

/// The middle, then the corners from left to right and from top to bottom.
std::array<cv::Rect, 5> crops(cv::Size picture, const Preprocessing& preprocessing) {
    cv::Size window = input_window(picture, preprocessing).size();
    if (preprocessing.resize == ResizeMode::squash) {
        const auto kept = [](int side) { return std::max(1, static_cast<int>(std::lround(side * kCropOfSquashed))); };
        window = {kept(picture.width), kept(picture.height)};
    }
    const int right = picture.width - window.width, bottom = picture.height - window.height;
    const auto at = [&](int x, int y) { return cv::Rect({x, y}, window); };
    return {at(right / 2, bottom / 2), at(0, 0), at(right, 0), at(0, bottom), at(right, bottom)};
}

}  // namespace

std::vector<cv::Mat> test_views(const cv::Mat& rgb, TestTimeAugmentation augmentation,
                                const Preprocessing& preprocessing) {
    std::vector<cv::Mat> pictures;
    const auto add = [&](cv::Mat picture) {
        pictures.push_back(std::move(picture));
        if (augmentation != TestTimeAugmentation::flip && augmentation != TestTimeAugmentation::ten_crop) return;
        cv::Mat mirrored;
        cv::flip(pictures.back(), mirrored, 1);
        pictures.push_back(mirrored);
    };
    if (augmentation == TestTimeAugmentation::none || augmentation == TestTimeAugmentation::flip) {
        add(resize_to_input(rgb, preprocessing));
        return pictures;
    }
    for (const cv::Rect& window : crops(rgb.size(), preprocessing))
        add(enlarge_to_input(reduce_to_input(rgb, window, preprocessing), preprocessing));
    return pictures;
}

}  // namespace graft
