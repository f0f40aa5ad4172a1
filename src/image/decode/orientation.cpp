#include "image/decode/orientation.hpp"

#include <libexif/exif-data.h>

#include <cassert>
#include <cstdint>
#include <memory>
#include <opencv2/core.hpp>
#include <string>

namespace graft {
namespace {

using namespace std::string_view_literals;

struct UnrefExif {
    void operator()(ExifData* data) const { exif_data_unref(data); }
};

/// The value of an entry of an integer type; nothing for other types, and for single bytes, as in Pillow.
std::optional<std::int64_t> integer_in(const ExifEntry& entry, ExifByteOrder order) {
    if (entry.components == 0 || entry.size < exif_format_get_size(entry.format)) return std::nullopt;
    switch (entry.format) {
        case EXIF_FORMAT_SHORT: return exif_get_short(entry.data, order);
        case EXIF_FORMAT_SSHORT: return exif_get_sshort(entry.data, order);
        case EXIF_FORMAT_LONG: return exif_get_long(entry.data, order);
        case EXIF_FORMAT_SLONG: return exif_get_slong(entry.data, order);
        default: return std::nullopt;
    }
}

int upright_unless_known(std::int64_t orientation) {
    return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
}

}  // namespace

std::optional<int> exif_orientation(std::string_view exif) {
    if (exif.empty()) return std::nullopt;
    constexpr std::string_view prefix = "Exif\0\0"sv;  // libexif insists on it; PNG and WebP leave it out
    std::string block;
    if (!exif.starts_with(prefix)) exif = block.append(prefix).append(exif);

    const std::unique_ptr<ExifData, UnrefExif> data(exif_data_new());
    if (data == nullptr) return std::nullopt;
    exif_data_unset_option(data.get(), EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);  // read, do not repair
    exif_data_load_data(data.get(), reinterpret_cast<const unsigned char*>(exif.data()),
                        static_cast<unsigned int>(exif.size()));

    const ExifEntry* entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
    if (entry == nullptr) return std::nullopt;
    const std::optional<std::int64_t> value = integer_in(*entry, exif_data_get_byte_order(data.get()));
    return value ? std::optional(upright_unless_known(*value)) : std::nullopt;
}

std::optional<int> xmp_orientation(std::string_view xmp) {
    constexpr std::string_view name = "tiff:Orientation";
    for (std::size_t at = xmp.find(name); at != xmp.npos; at = xmp.find(name, at + 1)) {
        std::string_view rest = xmp.substr(at + name.size());
        if (!rest.starts_with("=\"") && !rest.starts_with('>')) continue;
        rest.remove_prefix(rest.front() == '=' ? 2 : 1);
        if (!rest.empty() && rest.front() >= '0' && rest.front() <= '9')
            return upright_unless_known(rest.front() - '0');
    }
    return std::nullopt;
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
