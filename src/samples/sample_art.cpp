#include "samples/sample_art.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "core/files.hpp"
#include "core/names.hpp"
#include "core/random.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "samples/sample_scene.hpp"
#include "samples/sample_subjects.hpp"

namespace graft {
namespace {

constexpr float kTurn = 2.0F * std::numbers::pi_v<float>;
constexpr std::uint64_t kFirstTestIndex = 1'000'000;  // beyond every train index
constexpr int kJpegQuality = 92;

Colour random_colour(Rng& rng) {
    const float hue = between(rng, 0.0F, 6.0F);  // in sixths of the circle
    const float saturation = between(rng, 0.1F, 0.8F), value = between(rng, 0.25F, 0.95F);
    const auto channel = [&](float shift) {
        const float k = std::fmod(hue + shift, 6.0F);
        return value - value * saturation * std::clamp(std::min(k, 4.0F - k), 0.0F, 1.0F);
    };
    return {channel(5.0F), channel(3.0F), channel(1.0F)};
}

/// A colour that is told from `other` by its brightness alone.
Colour contrasting_colour(Rng& rng, const Colour& other, float at_least) {
    for (;;) {
        const Colour colour = random_colour(rng);
        if (std::abs(luma(colour) - luma(other)) >= at_least) return colour;
    }
}

Lamp random_light(Rng& rng) {
    const float around = between(rng, 0.0F, kTurn), height = between(rng, 0.5F, 1.1F);  // radians over the horizon
    return {.towards = {std::cos(around) * std::cos(height), std::sin(around) * std::cos(height), std::sin(height)},
            .ambient = between(rng, 0.35F, 0.65F)};
}

PaintedShape ground_layer(Rng& rng, cv::Size picture) {
    const Point centre(0.5F * static_cast<float>(picture.width), 0.5F * static_cast<float>(picture.height));
    const Colour first = random_colour(rng);
    const Colour second = contrasting_colour(rng, first, 0.05F);
    const float calm = between(rng, 0.15F, 0.9F);  // how far the second colour leaves the first
    return {.shader = make_ground(rng),
            .pose = {.centre = centre, .radius = length(centre), .turn = between(rng, 0.0F, kTurn)},
            .first = first,
            .second = first * (1.0F - calm) + second * calm};
}

/// A layer whose radius is between `low` and `high` of the picture's shorter side, its centre anywhere within it.
PaintedShape placed_layer(Rng& rng, Shader shader, cv::Size picture, float low, float high,
                          const PaintedShape& ground) {
    const float width = static_cast<float>(picture.width), height = static_cast<float>(picture.height);
    const float radius = between(rng, low, high) * std::min(width, height), inset = 0.8F * radius;
    const Colour first = contrasting_colour(rng, (ground.first + ground.second) * 0.5F, 0.18F);
    return {.shader = std::move(shader),
            .pose = {.centre = {between(rng, inset, width - inset), between(rng, inset, height - inset)},
                     .radius = radius,
                     .turn = between(rng, 0.0F, kTurn),
                     .flatten = between(rng, 0.7F, 1.0F),
                     .lean = between(rng, 0.0F, kTurn)},
            .first = first,
            .second = contrasting_colour(rng, first, 0.15F),
            .gloss = between(rng, 0.0F, 0.25F),
            .shadow = between(rng, 0.15F, 0.6F)};
}

/// What a camera adds: uneven light, blur, noise.
cv::Mat photographed(const cv::Mat& picture, Rng& rng) {
    const float shorter = static_cast<float>(std::min(picture.rows, picture.cols));
    const float exposure = between(rng, 0.75F, 1.2F), fall = between(rng, 0.0F, 0.35F);
    const Point slope = rotated({fall / shorter, 0.0F}, between(rng, 0.0F, kTurn));
    cv::Mat photo = picture.clone();
    for (int row = 0; row < photo.rows; ++row)
        for (int column = 0; column < photo.cols; ++column)
            photo.at<Colour>(row, column) *= exposure + slope.x * static_cast<float>(column - photo.cols / 2) +
                                             slope.y * static_cast<float>(row - photo.rows / 2);
    const float blur = between(rng, 0.0F, 1.6F) * shorter / 160.0F;
    if (blur > 0.3F) cv::GaussianBlur(photo, photo, {}, blur);
    cv::Mat noise(photo.size(), CV_32FC3);
    const float grain = between(rng, 0.005F, 0.05F);
    cv::RNG(rng.below(1ULL << 62) + 1).fill(noise, cv::RNG::NORMAL, 0.0, grain);  // this generator never leaves 0
    photo += noise;
    photo.convertTo(photo, CV_8UC3, 255.0);
    return photo;
}

cv::Size random_size(Rng& rng, std::int64_t shorter) {
    const int side = static_cast<int>(shorter);
    const int longer = static_cast<int>(std::lround(static_cast<double>(side) * rng.uniform(1.0, 1.35)));
    return rng.bernoulli(0.5) ? cv::Size(longer, side) : cv::Size(side, longer);
}

void expect_range(const char* option, std::int64_t value, std::int64_t low, std::int64_t high) {
    if (value < low || value > high)
        throw ConfigError(format_text("{}: expected {} to {}, got {}", option, low, high, value));
}

void expect_empty(const std::filesystem::path& folder) {
    namespace fs = std::filesystem;
    std::error_code failed;
    if (!fs::exists(folder, failed)) return;
    if (!fs::is_directory(folder, failed))
        throw DataError(folder.string() + ": is a file, expected a new or an empty folder");
    const fs::directory_iterator entries(folder, failed);
    if (failed) throw DataError(folder.string() + ": cannot be read: " + failed.message());
    if (entries != fs::directory_iterator())
        throw DataError(
            format_text("{}: is not empty (it holds \"{}\"); sample images go into a new or an empty folder", folder,
                        entries->path().filename()));
}

std::string encoded(const cv::Mat& rgb) {
    cv::Mat bgr;
    cv::cvtColor(rgb, bgr, cv::COLOR_RGB2BGR);
    std::vector<unsigned char> bytes;
    cv::imencode(".jpg", bgr, bytes, {cv::IMWRITE_JPEG_QUALITY, kJpegQuality});
    return {bytes.begin(), bytes.end()};
}

std::string numbered(std::int64_t number) { return format_text("{:03}.jpg", number); }

}  // namespace

std::vector<std::string> sample_art_classes() { return sample_subjects().names(); }

cv::Mat draw_sample(const std::string& class_name, std::uint64_t seed, std::uint64_t index, std::int64_t size) {
    const SampleSubject* subject = sample_subjects().find(class_name);
    if (subject == nullptr)
        throw ConfigError("unknown sample class \"" + class_name + "\"" +
                          did_you_mean(class_name, sample_art_classes()) + "; known: " + joined(sample_art_classes()));
    expect_range("image_size", size, 32, 2048);

    Rng rng = Rng::stream(seed, "sample art " + class_name, {index});
    const cv::Size extent = random_size(rng, size);
    const Lamp light = random_light(rng);
    cv::Mat picture(extent, CV_32FC3, cv::Scalar::all(0.0));
    const PaintedShape ground = ground_layer(rng, extent);
    paint(picture, ground, light);
    const auto clutter = [&](std::uint64_t pieces, float low, float high) {
        for (std::uint64_t i = 0; i < pieces; ++i)
            paint(picture, placed_layer(rng, make_clutter(rng), extent, low, high, ground), light);
    };
    clutter(rng.below(5), 0.05F, 0.2F);
    paint(picture, placed_layer(rng, subject->make(rng), extent, 0.3F, 0.52F, ground), light);
    clutter(rng.below(2), 0.04F, 0.11F);  // these may hide a part of the subject
    return photographed(picture, rng);
}

void write_samples(const std::filesystem::path& folder, const SampleArtOptions& options) {
    expect_range("train_per_class", options.train_per_class, 1, 100'000);
    expect_range("test_per_class", options.test_per_class, 0, 100'000);
    expect_range("image_size", options.image_size, 32, 2048);
    expect_empty(folder);
    const auto write_part = [&](const char* part, std::uint64_t first_index, std::int64_t count) {
        for (const std::string& name : sample_art_classes())
            for (std::int64_t i = 0; i < count; ++i) {
                const std::uint64_t index = first_index + static_cast<std::uint64_t>(i);
                write_file(folder / part / name / numbered(i),
                           encoded(draw_sample(name, options.seed, index, options.image_size)));
            }
    };
    write_part("train", 0, options.train_per_class);
    write_part("test", kFirstTestIndex, options.test_per_class);
}

}  // namespace graft
