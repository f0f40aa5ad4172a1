#include "image/decode/rgb.hpp"

#include <opencv2/core.hpp>

namespace graft {

void rgb_over_white(const cv::Vec4b* rgba, cv::Vec3b* rgb, int count) {
    for (int i = 0; i < count; ++i) {
        const auto [red, green, blue, alpha] = rgba[i].val;
        rgb[i] = {over_white(red, alpha), over_white(green, alpha), over_white(blue, alpha)};
    }
}

cv::Mat rgb_over_white(const cv::Mat& rgba) {
    cv::Mat rgb(rgba.size(), CV_8UC3);
    for (int y = 0; y < rgba.rows; ++y) rgb_over_white(rgba.ptr<cv::Vec4b>(y), rgb.ptr<cv::Vec3b>(y), rgba.cols);
    return rgb;
}

}  // namespace graft
