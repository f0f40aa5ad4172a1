/// @file
/// Pictures made for the tests of resizing and warping, and how far two pictures differ.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <opencv2/core.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "encoded_images.hpp"

namespace graft::testing {

/// [1,n] or, for several rows, [rows,n] CV_8UC3 with the same value in all channels.
inline cv::Mat grey(const std::vector<std::vector<int>>& rows) {
    cv::Mat rgb(static_cast<int>(rows.size()), static_cast<int>(rows[0].size()), CV_8UC3);
    for (int y = 0; y < rgb.rows; ++y)
        for (int x = 0; x < rgb.cols; ++x) rgb.at<cv::Vec3b>(y, x) = cv::Vec3b::all(static_cast<uchar>(rows[y][x]));
    return rgb;
}

/// [height,width] CV_8UC3 of hexadecimal digits, R G B of one pixel after the other.
inline cv::Mat picture_from_hex(const std::string& digits, int height, int width) {
    const std::string bytes = from_hex(digits);
    cv::Mat rgb(height, width, CV_8UC3);
    if (bytes.size() != rgb.total() * rgb.elemSize())
        throw std::invalid_argument("the digits are of a picture of another size");
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(rgb.data));
    return rgb;
}

/// The first channel, row by row.
inline std::vector<std::vector<int>> red(const cv::Mat& rgb) {
    std::vector<std::vector<int>> rows(rgb.rows, std::vector<int>(rgb.cols));
    for (int y = 0; y < rgb.rows; ++y)
        for (int x = 0; x < rgb.cols; ++x) rows[y][x] = rgb.at<cv::Vec3b>(y, x)[0];
    return rows;
}

/// [height,width] CV_8UC3: waves with gradients of at most 13 a pixel, other ones in each channel.
inline cv::Mat smooth(int height, int width) {
    cv::Mat rgb(height, width, CV_8UC3);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            rgb.at<cv::Vec3b>(y, x) = {cv::saturate_cast<uchar>(127 + 95 * std::sin(x / 8.0)),
                                       cv::saturate_cast<uchar>(127 + 95 * std::cos(y / 8.0)),
                                       cv::saturate_cast<uchar>(127 + 65 * std::sin((x + y) / 8.0))};
    return rgb;
}

/// Over all values; 1000 when the sizes or the types differ.
inline double largest_difference(const cv::Mat& a, const cv::Mat& b) {
    return a.size() == b.size() && a.type() == b.type() ? cv::norm(a, b, cv::NORM_INF) : 1000;
}
inline double mean_difference(const cv::Mat& a, const cv::Mat& b) {
    if (a.size() != b.size() || a.type() != b.type()) return 1000;
    return cv::norm(a, b, cv::NORM_L1) / (static_cast<double>(a.total()) * a.channels());
}
inline bool equal(const cv::Mat& a, const cv::Mat& b) { return largest_difference(a, b) == 0; }

}  // namespace graft::testing
