#include "image/decode/signatures.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "image/decode/bytes.hpp"

namespace graft {
namespace {

using namespace std::string_view_literals;

bool begins_with_any(std::string_view bytes, std::span<const std::string_view> magics) {
    return std::ranges::any_of(magics, [&](std::string_view magic) { return bytes.starts_with(magic); });
}

/// Whether the first directory says that its picture is a smaller version of another one, or is a digital negative's.
/// Directories outside of `bytes` say nothing.
bool begins_with_a_preview(std::string_view bytes) {
    const bool little = bytes.starts_with("II");
    const auto u16 = [&](std::size_t at) { return little ? little_u16(bytes, at) : big_u16(bytes, at); };
    const auto u32 = [&](std::size_t at) { return little ? little_u32(bytes, at) : big_u32(bytes, at); };
    constexpr std::uint32_t subfile_type = 254, dng_version = 50706, reduced_resolution = 1;
    const std::size_t directory = u32(4);
    if (directory + 2 > bytes.size()) return false;
    const std::size_t entries = std::min<std::size_t>(u16(directory), (bytes.size() - directory - 2) / 12);
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = directory + 2 + 12 * i;
        const std::uint32_t tag = u16(entry);
        if (tag == dng_version || (tag == subfile_type && (u32(entry + 8) & reduced_resolution) != 0)) return true;
    }
    return false;
}

/// Whether the file-type box names one of the brands, as the main one or as one that the file is compatible with.
bool has_brand(std::string_view bytes, std::span<const std::string_view> brands) {
    if (!has_at(bytes, 4, "ftyp")) return false;
    const std::size_t end = std::min<std::size_t>(big_u32(bytes, 0), bytes.size());
    for (std::size_t at = 8; at + 4 <= end; at += at == 8 ? 8 : 4)  // a version stands behind the main brand
        if (std::ranges::find(brands, bytes.substr(at, 4)) != brands.end()) return true;
    return false;
}

}  // namespace

bool is_tiff_structure(std::string_view bytes) {
    static constexpr std::array kMagics = {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv};  // the last two: BigTIFF
    return begins_with_any(bytes, kMagics);
}

bool is_raw_image(std::string_view bytes) {
    static constexpr std::array kRelatives = {"IIRO"sv, "IIRS"sv, "MMOR"sv, "IIU\0"sv, "\0MRM"sv};
    if (begins_with_any(bytes, kRelatives)) return true;
    const bool is_classic = bytes.starts_with("II*\0"sv) || bytes.starts_with("MM\0*"sv);
    return is_classic && bytes.size() >= 8 && (has_at(bytes, 8, "CR\2") || begins_with_a_preview(bytes));
}

bool is_avif(std::string_view bytes) {
    static constexpr std::array kBrands = {"avif"sv, "avis"sv};
    return has_brand(bytes, kBrands);
}

bool is_heif(std::string_view bytes) {
    static constexpr std::array kBrands = {"heic"sv, "heix"sv, "heim"sv, "heis"sv, "hevc"sv, "hevx"sv, "mif1"sv};
    return !is_avif(bytes) && has_brand(bytes, kBrands);
}

bool is_jpeg_xl(std::string_view bytes) {
    return bytes.starts_with("\xff\x0a") || bytes.starts_with("\0\0\0\x0cJXL \r\n\x87\n"sv);
}

}  // namespace graft
