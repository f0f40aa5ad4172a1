/// @file
/// A data set without what was found to be wrong with it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "insight/findings.hpp"

namespace graft {

struct CleanedList {
    std::string csv;  ///< image_path,label and, where there are several parts, split
    std::size_t kept = 0;
    std::map<std::string, std::size_t> left_out;  ///< how many, by the reason
};

/// Left out are images that cannot be used; of copies in one part all but the first; of pictures in several parts those
/// in the earlier part, which is the one that trains; pictures under several classes, all of them; and likely label
/// errors. Parts that are only compared are not in it.
/// @param file where the list is going to lie: paths are relative to its folder
/// @throws ConfigError where images have no class, or several
[[nodiscard]] CleanedList cleaned_list(const CheckedData& data, std::span<const CheckedImage> images,
                                       std::span<const Finding> findings, const std::filesystem::path& file);

}  // namespace graft
