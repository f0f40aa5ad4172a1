#include "image/preprocessing.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <string_view>
#include <vector>

namespace graft {
namespace {

constexpr double kLongestSide = 4096;

int opencv_interpolation(Interpolation interpolation) {
    switch (interpolation) {
        case Interpolation::nearest: return cv::INTER_NEAREST_EXACT;  // pixel centres, as Pillow; INTER_NEAREST is not
        case Interpolation::bilinear: return cv::INTER_LINEAR;
        case Interpolation::bicubic: return cv::INTER_CUBIC;
    }
    return cv::INTER_LINEAR;
}

int rounded_side(double length, int longest) { return std::clamp(static_cast<int>(std::lround(length)), 1, longest); }

/// How many times the input fits into a picture, in the direction in which it fits less often.
double times_the_input(cv::Size source, const Preprocessing& preprocessing) {
    const cv::Size input = input_size(preprocessing);
    return std::min(double(source.width) / input.width, double(source.height) / input.height);
}

/// One number per channel, written as a list of three.
void describe_channels(Fields& fields, const Key& key, std::array<double, 3>& channels, std::string_view doc,
                       const Limits& limits) {
    std::vector<double> list(channels.begin(), channels.end());
    fields.field(key, list, doc, {limits, 3, 3});
    if (list.size() == channels.size()) std::ranges::copy(list, channels.begin());
}

}  // namespace

void describe(Fields& fields, Preprocessing& preprocessing) {
    const Limits side = between(1, kLongestSide);
    fields.field("height", preprocessing.height, "Height of the network's input, in pixels.", side);
    fields.field("width", preprocessing.width, "Width of the network's input, in pixels.", side);
    fields.choice("resize", preprocessing.resize,
                  "`squash`: the whole picture, whatever its aspect ratio; `center_crop`: the largest centred window "
                  "of the input's aspect ratio, times `crop_fraction`.");
    fields.field("crop_fraction", preprocessing.crop_fraction,
                 "Share of the window's sides that `center_crop` keeps; `squash` does not use it.",
                 {0.0, 1.0, true, false});
    fields.choice("interpolation", preprocessing.interpolation, "For enlarging. Shrinking always averages areas.");
    describe_channels(fields, "mean", preprocessing.mean, "Subtracted from red, green and blue, on the scale 0 to 255.",
                      {});
    describe_channels(fields, "std", preprocessing.std,
                      "Divides red, green and blue after `mean` is subtracted, on the scale 0 to 255.", above(0));
    fields.field(
        "reduced_decode", preprocessing.reduced_decode,
        "Whether JPEGs whose part that becomes the input is at least eight times as large as it are decoded at "
        "half their size.");
}

bool may_be_halved(cv::Size source, const Preprocessing& preprocessing) {
    constexpr double enough = 8;
    const double kept = preprocessing.resize == ResizeMode::squash ? 1 : preprocessing.crop_fraction;
    return preprocessing.reduced_decode && times_the_input(source, preprocessing) * kept >= enough;
}

cv::Rect input_window(cv::Size source, const Preprocessing& preprocessing) {
    if (preprocessing.resize == ResizeMode::squash) return {{0, 0}, source};
    if (may_be_halved(source, preprocessing)) {
        const cv::Rect half = input_window({source.width / 2, source.height / 2}, preprocessing);
        return {2 * half.x, 2 * half.y, 2 * half.width, 2 * half.height};
    }
    const cv::Size input = input_size(preprocessing);
    const double scale = times_the_input(source, preprocessing) * preprocessing.crop_fraction;
    const cv::Size window(rounded_side(input.width * scale, source.width),
                          rounded_side(input.height * scale, source.height));
    return {{(source.width - window.width) / 2, (source.height - window.height) / 2}, window};
}

ReducedImage reduce_to_input(const cv::Mat& rgb, const Preprocessing& preprocessing) {
    assert(rgb.type() == CV_8UC3 && !rgb.empty());
    return reduce_to_input(rgb, input_window(rgb.size(), preprocessing), preprocessing);
}

ReducedImage reduce_to_input(const cv::Mat& rgb, const cv::Rect& part, const Preprocessing& preprocessing) {
    const cv::Mat window = rgb(part);
    const cv::Size input = input_size(preprocessing);
    const cv::Size reduced_size(std::min(window.cols, input.width), std::min(window.rows, input.height));
    if (reduced_size == window.size()) return {window};
    ReducedImage reduced;
    cv::resize(window, reduced.rgb, reduced_size, 0, 0, cv::INTER_AREA);
    return reduced;
}

cv::Mat enlarge_to_input(const ReducedImage& reduced, const Preprocessing& preprocessing) {
    const cv::Size input = input_size(preprocessing);
    if (reduced.rgb.size() == input) return reduced.rgb.clone();
    cv::Mat enlarged;
    cv::resize(reduced.rgb, enlarged, input, 0, 0, opencv_interpolation(preprocessing.interpolation));
    return enlarged;
}

cv::Mat resize_to_input(const cv::Mat& rgb, const Preprocessing& preprocessing) {
    return enlarge_to_input(reduce_to_input(rgb, preprocessing), preprocessing);
}

}  // namespace graft
