/// @file
/// The sample images that `graft data sample` draws: a small data set made on the spot, free of licences and
/// downloads. The classes differ in shape and texture; colour, ground, light, size and position say nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace graft {

/// How many images `write_samples` draws, and how large.
struct SampleArtOptions {
    std::int64_t train_per_class = 40;  ///< images of each class in train/, 1 to 100,000
    std::int64_t test_per_class = 15;   ///< images of each class in test/, 0 to 100,000
    std::int64_t image_size = 160;      ///< pixels of the shorter side, 32 to 2,048; the longer: 1 to 1.35 times that
    std::uint64_t seed = 0;
};

/// The names of the classes, in alphabetical order.
[[nodiscard]] std::vector<std::string> sample_art_classes();

/// One image: CV_8UC3, RGB, `size` pixels on its shorter side. A pure function of its arguments.
/// Throws ConfigError for an unknown class or a size out of range.
[[nodiscard]] cv::Mat draw_sample(const std::string& class_name, std::uint64_t seed, std::uint64_t index,
                                  std::int64_t size);

/// Writes folder/train/<class>/NNN.jpg and folder/test/<class>/NNN.jpg. The first n images of a class are the same
/// for any number of images, and no image is in both parts.
/// Throws ConfigError for an option out of range, DataError when `folder` exists and is not an empty folder, Error when
/// a file cannot be written.
void write_samples(const std::filesystem::path& folder, const SampleArtOptions& options);

}  // namespace graft
