/// @file
/// Pictures whose perceptual hashes differ in a few bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stop_token>
#include <vector>

namespace graft {

inline constexpr std::size_t kNoImage = std::numeric_limits<std::size_t>::max();

struct HashedImage {
    std::uint64_t hash = 0;
    std::uint32_t part = 0;  ///< images of a part follow each other, parts in their order
    bool compared = true;    ///< false: copies that are known, and pictures without anything in them
};

/// Of the images before one image, the nearest in its own part and the nearest in the parts before; of equally near
/// ones the first.
struct Nearest {
    struct Neighbour {
        std::size_t image = kNoImage;
        int distance = 65;  ///< bits of 64 that differ
    };
    Neighbour same_part, other_part;
    std::vector<std::size_t> others;  ///< further ones in the parts before, at most a hundred
};

/// Compares every image with all before it, on `workers` threads: n^2 / 2 comparisons of 64 bits, seconds for 50,000
/// images. @return one per image; fewer when a stop was requested
[[nodiscard]] std::vector<Nearest> nearest_before(std::span<const HashedImage> images, int most_distance,
                                                  std::size_t workers, const std::stop_token& stop);

}  // namespace graft
