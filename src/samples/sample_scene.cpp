#include "samples/sample_scene.hpp"

#include <algorithm>
#include <array>
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

namespace {

constexpr float kInside = -1.0F;  // a ground has no outline

Shader make_clouds(Rng& rng) {
    const float scale = between(rng, 1.0F, 4.0F), drift = between(rng, 0.2F, 1.2F);
    const ValueNoise noise(rng);
    return [=](Point p) {
        const float n = noise.fractal(p * scale + Point(drift, drift) * noise(p * scale * 0.7F));
        return Surface{kInside, 0.0F, std::clamp(0.5F + 0.6F * n, 0.0F, 1.0F)};
    };
}

Shader make_planks(Rng& rng) {
    const float planks = between(rng, 1.5F, 4.0F), grain = between(rng, 2.0F, 5.0F);
    const ValueNoise noise(rng);
    return [=](Point p) {
        const float row = p.y * planks, nth = std::floor(row);
        const Point q(p.x * 0.6F + nth * 3.7F, p.y * grain);
        const float rings =
            std::sin(9.0F * (noise(q) + 0.5F * noise(q * 2.0F)) + 4.0F * noise.fractal({q.x, q.y * 8.0F}));
        const float gap = lines(row, 0.03F);
        const float paint = 0.35F + 0.25F * rings + 0.2F * noise({nth * 5.1F, 0.5F}) + 0.5F * gap;
        return Surface{kInside, -0.02F * gap, std::clamp(paint, 0.0F, 1.0F)};
    };
}

Shader make_tiles(Rng& rng) {
    const float columns = between(rng, 2.0F, 5.0F), rows = columns * between(rng, 0.8F, 2.2F);
    const float offset = rng.bernoulli(0.5) ? 0.5F : 0.0F;
    const ValueNoise noise(rng);
    return [=](Point p) {
        const float y = p.y * rows, nth = std::floor(y), x = p.x * columns + offset * nth;
        const float joint = std::max(lines(x, 0.07F), lines(y, 0.07F * rows / columns));
        const float tile = noise({std::floor(x) * 3.3F + 0.5F, nth * 2.7F + 0.5F}), grain = noise.fractal(p * 8.0F);
        return Surface{kInside, 0.02F * (1.0F - joint) + 0.004F * grain,
                       std::clamp(0.35F + 0.3F * tile + 0.15F * grain + 0.5F * joint, 0.0F, 1.0F)};
    };
}

Shader make_cloth(Rng& rng) {
    const float threads = between(rng, 7.0F, 16.0F);
    const ValueNoise noise(rng);
    return [=](Point p) {
        const Point q = p * threads + Point(noise(p * 2.0F), noise(p * 2.0F + Point(9.0F, 4.0F))) * 0.5F;
        const float weft = std::abs(std::sin(q.x * 3.14F)), warp = std::abs(std::sin(q.y * 3.14F));
        const bool over = std::fmod(std::floor(q.x) + std::floor(q.y) + 1000.0F, 2.0F) < 1.0F;
        return Surface{kInside, 0.12F / threads * (over ? weft : warp),
                       std::clamp((over ? 0.25F : 0.75F) + 0.3F * noise.fractal(p * 3.0F), 0.0F, 1.0F)};
    };
}

Shader make_sand(Rng& rng) {
    const float ripples = between(rng, 2.0F, 7.0F);
    const ValueNoise noise(rng);
    return [=](Point p) {
        const float wave = std::sin(ripples * (p.y + 0.25F * noise(p * 1.2F)) * 6.0F), grain = noise(p * 45.0F);
        return Surface{kInside, 0.10F / ripples * wave * (1.0F + 0.5F * noise(p)) + 0.004F * grain,
                       std::clamp(0.4F + 0.15F * wave + 0.25F * grain + 0.2F * noise(p), 0.0F, 1.0F)};
    };
}

/// Rounded cells around points that are shaken off a grid (Worley 1996).
Shader make_pebbles(Rng& rng) {
    const float cells = between(rng, 2.5F, 6.0F);
    const ValueNoise noise(rng);
    return [=](Point p) {
        const Point q = p * cells, corner(std::floor(q.x), std::floor(q.y));
        float first = 9.0F, second = 9.0F, tone = 0.0F;
        for (int dy = -1; dy <= 1; ++dy) {
            for (int dx = -1; dx <= 1; ++dx) {
                const Point cell = corner + Point(static_cast<float>(dx), static_cast<float>(dy));
                const Point shake(noise(cell), noise(cell + Point(11.0F, 5.0F)));
                const Point away = q - cell - Point(0.5F, 0.5F) - shake * 0.42F;
                const float distance = length(away);
                second = std::min(second, std::max(first, distance));
                if (distance < first) tone = shake.x;
                first = std::min(first, distance);
            }
        }
        const float gap = ramp(0.16F, 0.04F, second - first);
        return Surface{kInside, 0.20F / cells * ramp(0.0F, 0.5F, second - first),
                       std::clamp(0.35F + 0.3F * tone + 0.15F * noise.fractal(q * 2.0F) + 0.5F * gap, 0.0F, 1.0F)};
    };
}

}  // namespace

Shader make_ground(Rng& rng) {
    constexpr std::array grounds{make_clouds, make_planks, make_tiles, make_cloth, make_sand, make_pebbles};
    return grounds[rng.below(grounds.size())](rng);
}

Shader make_clutter(Rng& rng) {
    const auto kind = rng.below(4);
    const float slim = between(rng, 0.35F, 0.9F), pattern = between(rng, 3.0F, 12.0F), hole = between(rng, 0.3F, 0.7F);
    const ValueNoise noise(rng);
    return [=](Point p) {
        const Point wobbly = p + Point(noise(p * 1.5F), noise(p * 1.5F + Point(3.0F, 8.0F))) * 0.12F;
        float d = ellipse(wobbly, 0.9F, 0.9F * slim);
        if (kind == 1) d = std::abs(length(p) - 0.5F * (0.95F + hole)) - 0.5F * (0.95F - hole);
        if (kind == 2) d = stroke(wobbly, {-0.85F, 0.0F}, {0.85F, 0.0F}, 0.14F * slim, 0.10F);
        if (kind == 3) d = std::max(std::abs(p.x) - 0.75F, std::abs(p.y) - 0.75F * slim);
        const float mark = std::sin(p.x * pattern + 3.0F * noise(p * 2.0F)) + noise.fractal(p * 4.0F);
        return Surface{d, bevel(d, 0.35F, 0.22F) + 0.01F * mark, ramp(-0.6F, 0.9F, mark)};
    };
}

}  // namespace graft
