#include "samples/sample_scene.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace graft {
namespace {

constexpr float kReach = 1.3F;       // of a shape and its shadow, in the shape's radii
constexpr float kShininess = 40.0F;  // of wet stone or lacquer: a small highlight

/// The surfaces of a layer, one value a pixel, CV_32FC1.
struct Relief {
    cv::Mat cover;   ///< 0 outside, 1 inside, between them on the outline
    cv::Mat height;  ///< pixels
    cv::Mat paint;   ///< 0 first colour, 1 second
};

Point to_shape(Point pixel, const ShapePose& pose) {
    Point p = rotated(pixel - pose.centre, -pose.lean);
    p.y /= pose.flatten;
    return rotated(p, pose.lean - pose.turn) / pose.radius;
}

Relief trace(const PaintedShape& layer, const cv::Rect& area) {
    Relief relief{cv::Mat(area.size(), CV_32F), cv::Mat(area.size(), CV_32F), cv::Mat(area.size(), CV_32F)};
    for (int row = 0; row < area.height; ++row) {
        for (int column = 0; column < area.width; ++column) {
            const Point pixel(static_cast<float>(area.x + column) + 0.5F, static_cast<float>(area.y + row) + 0.5F);
            const Point p = to_shape(pixel, layer.pose);
            const Surface surface = p.dot(p) < kReach * kReach ? layer.shader(p) : Surface{};
            const float cover = std::clamp(0.5F - surface.distance * layer.pose.radius, 0.0F, 1.0F);
            relief.cover.at<float>(row, column) = cover;
            relief.height.at<float>(row, column) = cover * surface.height * layer.pose.radius;
            relief.paint.at<float>(row, column) = surface.paint;
        }
    }
    return relief;
}

void throw_shadow(cv::Mat& canvas, const Relief& relief, const PaintedShape& layer, const Lamp& light) {
    const float reach = 0.10F * layer.pose.radius;
    const cv::Matx23f shift(1, 0, -light.towards[0] * reach, 0, 1, -light.towards[1] * reach);
    cv::Mat shade;
    cv::warpAffine(relief.cover, shade, shift, relief.cover.size());
    cv::GaussianBlur(shade, shade, {}, 0.3F * reach + 0.5F);
    for (int row = 0; row < canvas.rows; ++row)
        for (int column = 0; column < canvas.cols; ++column)
            canvas.at<Colour>(row, column) *= 1.0F - layer.shadow * shade.at<float>(row, column);
}

/// Lambert's diffuse term and Blinn's highlight, from the slopes of the relief.
void shine(cv::Mat& canvas, const Relief& relief, const PaintedShape& layer, const Lamp& light) {
    cv::Mat smooth, slope_x, slope_y;
    cv::GaussianBlur(relief.height, smooth, {}, 0.6);
    cv::Sobel(smooth, slope_x, CV_32F, 1, 0, 3, 0.125);
    cv::Sobel(smooth, slope_y, CV_32F, 0, 1, 3, 0.125);
    const cv::Vec3f half = cv::normalize(light.towards + cv::Vec3f(0, 0, 1));
    for (int row = 0; row < canvas.rows; ++row) {
        for (int column = 0; column < canvas.cols; ++column) {
            const float cover = relief.cover.at<float>(row, column);
            if (cover <= 0.0F) continue;
            const cv::Vec3f normal =
                cv::normalize(cv::Vec3f(-slope_x.at<float>(row, column), -slope_y.at<float>(row, column), 1.0F));
            const float diffuse = std::max(0.0F, normal.dot(light.towards)) / light.towards[2];
            const float highlight =
                layer.gloss > 0.0F ? layer.gloss * std::pow(std::max(0.0F, normal.dot(half)), kShininess) : 0.0F;
            const float mixed = relief.paint.at<float>(row, column);
            const Colour base = layer.first * (1.0F - mixed) + layer.second * mixed;
            const Colour lit = base * (light.ambient + (1.0F - light.ambient) * diffuse) + Colour::all(highlight);
            Colour& pixel = canvas.at<Colour>(row, column);
            pixel = pixel * (1.0F - cover) + lit * cover;
        }
    }
}

}  // namespace

float luma(const Colour& colour) { return colour.dot(Colour(0.2126F, 0.7152F, 0.0722F)); }

void paint(cv::Mat& picture, const PaintedShape& layer, const Lamp& light) {
    const float reach = kReach * layer.pose.radius;
    const cv::Rect box(
        cv::Point(static_cast<int>(layer.pose.centre.x - reach), static_cast<int>(layer.pose.centre.y - reach)),
        cv::Size(static_cast<int>(2.0F * reach) + 1, static_cast<int>(2.0F * reach) + 1));
    const cv::Rect area = box & cv::Rect({}, picture.size());
    if (area.empty()) return;
    cv::Mat canvas = picture(area);
    const Relief relief = trace(layer, area);
    if (layer.shadow > 0.0F) throw_shadow(canvas, relief, layer, light);
    shine(canvas, relief, layer, light);
}

}  // namespace graft
