#include "image/decode/rgb.hpp"

#include <climits>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "graft/core/errors.hpp"

namespace graft {
namespace {

cv::Mat rgb_from_bgra(const cv::Mat& bgra) {
    cv::Mat rgb(bgra.size(), CV_8UC3);
    for (int y = 0; y < bgra.rows; ++y) {
        const auto* source = bgra.ptr<cv::Vec4b>(y);
        auto* target = rgb.ptr<cv::Vec3b>(y);
        for (int x = 0; x < bgra.cols; ++x) {
            const auto [blue, green, red, alpha] = source[x].val;
            target[x] = {over_white(red, alpha), over_white(green, alpha), over_white(blue, alpha)};
        }
    }
    return rgb;
}

}  // namespace

cv::Mat decode_with_opencv(std::string_view bytes, const char* format) {
    if (bytes.size() > INT_MAX) throw DataError(std::string(format) + " file of more than 2 GiB");
    const cv::Mat buffer(1, static_cast<int>(bytes.size()), CV_8UC1, const_cast<char*>(bytes.data()));  // only read
    cv::Mat image = cv::imdecode(buffer, cv::IMREAD_UNCHANGED);
    if (image.empty()) throw DataError("damaged " + std::string(format) + ": OpenCV cannot decode it");
    return image;
}

cv::Mat rgb_from_opencv(const cv::Mat& image) {
    cv::Mat eight_bit = image;
    if (image.depth() == CV_16U) image.convertTo(eight_bit, CV_8U, 1.0 / 257.0);  // rounds; 65535 / 255 = 257
    cv::Mat rgb;
    switch (eight_bit.type()) {
        case CV_8UC1: cv::cvtColor(eight_bit, rgb, cv::COLOR_GRAY2RGB); return rgb;
        case CV_8UC3: cv::cvtColor(eight_bit, rgb, cv::COLOR_BGR2RGB); return rgb;
        case CV_8UC4: return rgb_from_bgra(eight_bit);
        default: throw DataError("pixels of OpenCV's type " + cv::typeToString(image.type()) + " are not supported");
    }
}

}  // namespace graft
