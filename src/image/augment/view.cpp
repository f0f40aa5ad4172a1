#include "image/augment/view.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace graft {
namespace {

double radians(double degrees) { return degrees * std::numbers::pi / 180; }

/// A shift range in pixels of a side of that length.
double pixels(double range, int side) { return range < 1 ? range * side : range; }

bool is_warped(const View& view) {
    return view.theta != 0 || view.shift_x != 0 || view.shift_y != 0 || view.shear != 0 || view.zoom_x != 1 ||
           view.zoom_y != 1;
}

cv::Mat flipped(const cv::Mat& rgb, const View& view) {
    if (!view.flip_horizontal && !view.flip_vertical) return rgb;
    cv::Mat result;
    cv::flip(rgb, result, view.flip_horizontal && view.flip_vertical ? -1 : view.flip_horizontal ? 1 : 0);
    return result;
}

/// From positions in a picture of size `to` to the same place in that picture at size `from`, pixel centres matched.
cv::Matx33d scale_matrix(cv::Size from, cv::Size to) {
    const double x = double(from.width) / to.width, y = double(from.height) / to.height;
    return {x, 0, (x - 1) / 2, 0, y, (y - 1) / 2, 0, 0, 1};
}

cv::Matx33d squared(const cv::Matx23d& m) { return {m(0, 0), m(0, 1), m(0, 2), m(1, 0), m(1, 1), m(1, 2), 0, 0, 1}; }

constexpr double kRoundingSlack = 1e-9;  // pixels; a position that is an edge but for rounding is inside
constexpr double kOutside = -2;          // the linear interpolation at this position touches no pixel

/// Where `position` on a side of `length` pixels falls for the modes that cannot be an OpenCV border: SciPy repeats a
/// picture with period length - 1, and gives the constant to every position beyond the outermost pixel centres.
double folded(double position, int length, FillMode mode) {
    const double last = length - 1;
    if (position >= -kRoundingSlack && position <= last + kRoundingSlack) return std::clamp(position, 0.0, last);
    if (mode == FillMode::constant) return kOutside;
    if (last == 0) return 0;
    return position < 0 ? last - std::fmod(-position, last) : std::fmod(position, last);
}

/// Positions in the picture at full size are folded first, then scaled to `source`, where nothing lies between the
/// edge and the outermost pixel centre but that pixel.
cv::Mat position_map(const cv::Matx23d& matrix, cv::Size source, cv::Size output, FillMode mode) {
    cv::Mat map(output, CV_32FC2);
    const cv::Matx33d scale = scale_matrix(source, output);
    const double last_x = source.width - 1, last_y = source.height - 1;
    for (int y = 0; y < output.height; ++y) {
        auto* row = map.ptr<cv::Vec2f>(y);
        for (int x = 0; x < output.width; ++x) {
            const cv::Vec2d at = matrix * cv::Vec3d(x, y, 1);
            const double column = folded(at[0], output.width, mode), line = folded(at[1], output.height, mode);
            const bool outside = column == kOutside || line == kOutside;
            row[x][0] =
                static_cast<float>(outside ? kOutside : std::clamp(scale(0, 0) * column + scale(0, 2), 0.0, last_x));
            row[x][1] =
                static_cast<float>(outside ? kOutside : std::clamp(scale(1, 1) * line + scale(1, 2), 0.0, last_y));
        }
    }
    return map;
}

cv::Mat warped(const cv::Mat& source, const View& view, const AugmentationOptions& options, cv::Size output) {
    const cv::Matx23d matrix = view_matrix(view, output);
    cv::Mat result;
    if (options.fill_mode == FillMode::wrap || options.fill_mode == FillMode::constant) {
        cv::remap(source, result, position_map(matrix, source.size(), output, options.fill_mode), cv::noArray(),
                  cv::INTER_LINEAR, cv::BORDER_CONSTANT, cv::Scalar::all(options.cval));
        return result;
    }
    const cv::Matx23d to_source = (scale_matrix(source.size(), output) * squared(matrix)).get_minor<2, 3>(0, 0);
    cv::warpAffine(source, result, to_source, output, cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                   options.fill_mode == FillMode::reflect ? cv::BORDER_REFLECT : cv::BORDER_REPLICATE);
    return result;
}

/// Channel shift and brightness; one rounding, one pass. The shift stays within the picture's own darkest and
/// brightest value.
cv::Mat recoloured(const cv::Mat& rgb, const View& view) {
    if (view.channel_shift == 0 && view.brightness == 1) return rgb;
    double darkest = 0, brightest = 255;
    if (view.channel_shift != 0) cv::minMaxLoc(rgb.reshape(1), &darkest, &brightest);
    cv::Mat table(1, 256, CV_8U);
    for (int value = 0; value < 256; ++value) {
        const double shifted = std::clamp(value + view.channel_shift, darkest, brightest);
        table.at<uchar>(value) = cv::saturate_cast<uchar>(shifted * view.brightness);
    }
    cv::Mat result;
    cv::LUT(rgb, table, result);
    return result;
}

}  // namespace

View draw_view(const AugmentationOptions& options, cv::Size output, Rng& rng) {
    const auto either_way = [&rng](double range) { return rng.uniform(-range, range); };
    const FactorRange zoom = zoom_factors(options);
    const FactorRange brightness = brightness_factors(options);
    View view;
    view.theta = either_way(options.rotation_range);
    view.shift_x = either_way(pixels(options.width_shift_range, output.width));
    view.shift_y = either_way(pixels(options.height_shift_range, output.height));
    view.shear = either_way(options.shear_range);
    view.zoom_x = rng.uniform(zoom.low, zoom.high);
    view.zoom_y = rng.uniform(zoom.low, zoom.high);
    view.flip_horizontal = rng.bernoulli(0.5) && options.horizontal_flip;  // drawn first: the stream moves on anyway
    view.flip_vertical = rng.bernoulli(0.5) && options.vertical_flip;
    view.brightness = rng.uniform(brightness.low, brightness.high);
    view.channel_shift = either_way(options.channel_shift_range);
    return view;
}

cv::Matx23d view_matrix(const View& view, cv::Size output) {
    const double theta = radians(view.theta), shear = radians(view.shear);
    const double last_x = output.width - 1, last_y = output.height - 1;
    const cv::Matx33d rotation(std::cos(theta), -std::sin(theta), 0, std::sin(theta), std::cos(theta), 0, 0, 0, 1);
    const cv::Matx33d shift(1, 0, view.shift_x, 0, 1, view.shift_y, 0, 0, 1);
    const cv::Matx33d shearing(1, -std::sin(shear), 0, 0, std::cos(shear), 0, 0, 0, 1);
    const cv::Matx33d zoom(view.zoom_x, 0, 0, 0, view.zoom_y, 0, 0, 0, 1);
    const cv::Matx33d to_centre(1, 0, -last_x / 2, 0, 1, -last_y / 2, 0, 0, 1);
    const cv::Matx33d from_centre(1, 0, last_x / 2, 0, 1, last_y / 2, 0, 0, 1);
    const cv::Matx33d flips(view.flip_horizontal ? -1 : 1, 0, view.flip_horizontal ? last_x : 0,  //
                            0, view.flip_vertical ? -1 : 1, view.flip_vertical ? last_y : 0,      //
                            0, 0, 1);
    return (from_centre * rotation * shift * shearing * zoom * to_centre * flips).get_minor<2, 3>(0, 0);
}

cv::Mat render_view(const ReducedImage& reduced, const View& view, const AugmentationOptions& options,
                    const Preprocessing& preprocessing) {
    if (!is_warped(view)) return recoloured(flipped(enlarge_to_input(reduced, preprocessing), view), view);
    const cv::Size output = input_size(preprocessing);
    const bool linear = preprocessing.interpolation == Interpolation::bilinear || reduced.rgb.size() == output;
    const cv::Mat source = linear ? reduced.rgb : enlarge_to_input(reduced, preprocessing);
    return recoloured(warped(source, view, options, output), view);
}

cv::Mat render_view(const cv::Mat& rgb, const View& view, const AugmentationOptions& options,
                    const Preprocessing& preprocessing) {
    return render_view(reduce_to_input(rgb, preprocessing), view, options, preprocessing);
}

}  // namespace graft
