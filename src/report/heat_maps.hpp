/// @file
/// What in a picture raises or lowers a model's answer. The report shows it; who has the model draws it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <opencv2/core/mat.hpp>
#include <span>
#include <string>
#include <vector>

namespace graft {

/// Of which image and which of the model's outputs.
struct HeatRequest {
    std::filesystem::path file;
    std::int64_t output = 0;
};

struct HeatMaps {
    std::vector<cv::Mat> pictures;  ///< one for each request, CV_8UC3, RGB; empty where the image cannot be read
    std::string why_not;            ///< why there are none; else empty
};

/// Empty: nobody can draw them.
using DrawHeatMaps = std::function<HeatMaps(std::span<const HeatRequest> requests)>;

}  // namespace graft
