/// @file
/// Finds the images that cannot be decoded, all at once, before hours are spent.
#pragma once

#include <cstddef>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "data/image_folder.hpp"
#include "graft/core/reporter.hpp"

namespace graft {

struct BadImage {
    std::string name;    ///< of the sample
    std::string reason;  ///< what is wrong with the file, its path first
};

/// Decodes every image on `workers` threads.
/// @return the bad ones, in the order of `samples`
/// @throws Interrupted when a stop is requested
[[nodiscard]] std::vector<BadImage> find_bad_images(std::span<const Sample> samples, std::size_t workers,
                                                    std::stop_token stop, Reporter& reporter);

enum class OnBadImage {
    fail,  ///< an error that lists every bad file
    skip,  ///< they are left out, and listed
};

/// Takes bad images out of `samples`, or throws DataError with one line per bad file.
void drop_bad_images(std::vector<Sample>& samples, std::span<const BadImage> bad, OnBadImage policy);

}  // namespace graft
