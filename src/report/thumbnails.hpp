/// @file
/// Small pictures that a page carries with it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <opencv2/core/mat.hpp>
#include <span>
#include <string>

#include "report/markup.hpp"

namespace graft {

/// A picture made as large as a thumbnail, as `data:image/jpeg;base64,…`. @param rgb [H,W] CV_8UC3
[[nodiscard]] std::string jpeg_address(const cv::Mat& rgb);

/// Images read once, made small, and kept until the page is written. Images that cannot be read are left empty.
class Thumbnails {
public:
    /// @param most how many may be read: what is asked for beyond it is left empty, so that a report keeps its size
    explicit Thumbnails(std::size_t most) : most_(most) {}

    /// Reads files on all cores, those that were not read yet.
    void read(std::span<const std::filesystem::path> files);
    /// The picture as an element, or one that says that there is none.
    [[nodiscard]] Markup picture(const std::filesystem::path& file, const std::string& words) const;
    /// Whether files were asked for, and none could be read.
    [[nodiscard]] bool all_missing() const { return missing_ > 0 && addresses_.empty(); }

private:
    std::size_t most_, missing_ = 0;
    std::map<std::filesystem::path, std::string> addresses_;
};

}  // namespace graft
