/// @file
/// Pictures with what speaks for and against a model's answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <opencv2/core/mat.hpp>
#include <optional>

#include "deploy/explain.hpp"
#include "image/preprocessing.hpp"
#include "report/heat_maps.hpp"

namespace graft {

/// The image as the network sees it, with its heat map; empty where it cannot be read.
/// @param output whose score; nothing: the highest
[[nodiscard]] cv::Mat explained_image(const Explainer& explainer, const Preprocessing& preprocessing,
                                      const std::filesystem::path& image, std::int64_t max_pixels,
                                      std::optional<std::int64_t> output = {});

/// Draws for a report, and reads the model when it is asked to. Networks that can only be explained by covering the
/// picture place by place are not: that takes fifty times as long as a prediction.
/// @param model model.pt @param workers 0: one per core
[[nodiscard]] DrawHeatMaps heat_maps_of(const std::filesystem::path& model, std::size_t workers = 0);

}  // namespace graft
