#include "report/thumbnails.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "core/base64.hpp"
#include "core/ordered_map.hpp"
#include "image/decode/decode.hpp"

namespace graft {
namespace {

constexpr int kThumbnailSide = 112;
constexpr int kJpegQuality = 74;

cv::Mat as_thumbnail(const cv::Mat& rgb) {
    const double scale = static_cast<double>(kThumbnailSide) / std::max(rgb.cols, rgb.rows);
    const cv::Size size(std::max(1, static_cast<int>(std::lround(rgb.cols * scale))),
                        std::max(1, static_cast<int>(std::lround(rgb.rows * scale))));
    cv::Mat thumbnail;
    cv::resize(rgb, thumbnail, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
    return thumbnail;
}

/// Empty when the image cannot be read.
std::string thumbnail_of(const std::filesystem::path& file) {
    try {
        // A JPEG far larger than the thumbnail need not be decoded in full.
        const Preprocessing small{.height = 2 * kThumbnailSide, .width = 2 * kThumbnailSide, .reduced_decode = true};
        const cv::Mat rgb = decode_image_file(file, {.input = small});
        return jpeg_address(rgb);
    } catch (const std::exception&) {
        return {};
    }
}

}  // namespace

std::string jpeg_address(const cv::Mat& rgb) {
    cv::Mat bgr;
    cv::cvtColor(as_thumbnail(rgb), bgr, cv::COLOR_RGB2BGR);
    std::vector<unsigned char> bytes;
    cv::imencode(".jpg", bgr, bytes, {cv::IMWRITE_JPEG_QUALITY, kJpegQuality, cv::IMWRITE_JPEG_OPTIMIZE, 1});
    return "data:image/jpeg;base64," + base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void Thumbnails::read(std::span<const std::filesystem::path> files) {
    std::vector<std::filesystem::path> wanted;
    for (const std::filesystem::path& file : files)
        if (!addresses_.contains(file) && std::ranges::find(wanted, file) == wanted.end()) wanted.push_back(file);
    wanted.resize(std::min(wanted.size(), most_ - std::min(most_, addresses_.size())));
    const OrderedMapOptions how{.workers = workers_or_cores(0), .window = 32};
    ordered_map(
        wanted.size(), how, [&](std::size_t i) { return thumbnail_of(wanted[i]); },
        [&](std::size_t i, std::string address) {
            if (address.empty())
                ++missing_;
            else
                addresses_.emplace(wanted[i], std::move(address));
        });
}

Markup Thumbnails::picture(const std::filesystem::path& file, const std::string& words) const {
    const auto found = addresses_.find(file);
    if (found == addresses_.end())
        return element("span", {{"class", "noimage"}, {"role", "img"}, {"aria-label", words}}, "no picture");
    return element("img", {{"src", found->second}, {"alt", words}, {"loading", "lazy"}, {"decoding", "async"}});
}

}  // namespace graft
