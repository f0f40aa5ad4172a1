/// @file
/// Finds the images that cannot be decoded, all at once, before hours are spent.
#pragma once

#include <cstddef>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "data/image_folder.hpp"
#include "data/image_memo.hpp"
#include "graft/core/reporter.hpp"
#include "graft/data/policies.hpp"

namespace graft {

struct BadImage {
    std::string name;    ///< of the sample
    std::string reason;  ///< what is wrong with the file, its path first
};

/// Decodes every image on `workers` threads, but for those that `memo` knows to be good, and fills in
/// Sample::content of those that are.
/// @return the bad ones, in the order of `samples`
/// @throws Interrupted when a stop is requested
[[nodiscard]] std::vector<BadImage> find_bad_images(std::span<Sample> samples, std::size_t workers,
                                                    std::stop_token stop, Reporter& reporter, ImageMemo& memo);

/// Takes the bad images out of the samples that they were found in.
void drop_bad_images(std::vector<Sample>& samples, std::span<const BadImage> bad);

/// Throws DataError with one line per bad image. @param images how many were looked at
[[noreturn]] void fail_on_bad_images(std::span<const BadImage> bad, std::size_t images);

}  // namespace graft
