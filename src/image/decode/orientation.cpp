#include "image/decode/orientation.hpp"

#include <libexif/exif-data.h>

#include <cassert>
#include <memory>
#include <opencv2/core.hpp>
#include <string>

namespace graft {
namespace {

using namespace std::string_view_literals;

struct UnrefExif {
    void operator()(ExifData* data) const { exif_data_unref(data); }
};

}  // namespace

int exif_orientation(std::string_view exif) {
    constexpr std::string_view prefix = "Exif\0\0"sv;  // libexif insists on it; PNG and WebP leave it out
    std::string block;
    if (!exif.starts_with(prefix)) exif = block.append(prefix).append(exif);

    const std::unique_ptr<ExifData, UnrefExif> data(exif_data_new());
    if (data == nullptr) return 1;
    exif_data_unset_option(data.get(), EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);  // read, do not repair
    exif_data_load_data(data.get(), reinterpret_cast<const unsigned char*>(exif.data()),
                        static_cast<unsigned int>(exif.size()));

    const ExifEntry* entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
    if (entry == nullptr || entry->format != EXIF_FORMAT_SHORT || entry->size < 2) return 1;
    const int orientation = exif_get_short(entry->data, exif_data_get_byte_order(data.get()));
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

cv::Mat turned_upright(const cv::Mat& image, int orientation) {
    assert(orientation >= 1 && orientation <= 8);
    if (orientation == 1) return image;
    cv::Mat source = image;
    if (orientation >= 5) cv::transpose(image, source);
    if (orientation == 5) return source;

    constexpr int upside_down = 0, left_right = 1, both = -1;  // cv::flip's codes
    cv::Mat upright;
    if (orientation == 2 || orientation == 6) cv::flip(source, upright, left_right);
    if (orientation == 3 || orientation == 7) cv::flip(source, upright, both);
    if (orientation == 4 || orientation == 8) cv::flip(source, upright, upside_down);
    return upright;
}

}  // namespace graft
