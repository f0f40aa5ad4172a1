#include "insight/near_copies.hpp"

#include <algorithm>

#include "core/ordered_map.hpp"

namespace graft {
namespace {

/// Bits that are set, without an instruction that old processors lack or a call.
int bits_in(std::uint64_t value) {
    value -= value >> 1 & 0x5555555555555555U;
    value = (value & 0x3333333333333333U) + (value >> 2 & 0x3333333333333333U);
    value = (value + (value >> 4)) & 0x0f0f0f0f0f0f0f0fU;
    return static_cast<int>(value * 0x0101010101010101U >> 56);
}

constexpr std::size_t kMostOthers = 100;

Nearest nearest_of(std::span<const HashedImage> images, std::size_t image, int most_distance) {
    Nearest nearest;
    const HashedImage& one = images[image];
    if (!one.compared) return nearest;
    for (std::size_t i = 0; i < image; ++i) {
        const int distance = bits_in(one.hash ^ images[i].hash);
        if (distance > most_distance || !images[i].compared) continue;
        Nearest::Neighbour& best = images[i].part == one.part ? nearest.same_part : nearest.other_part;
        const bool elsewhere = &best == &nearest.other_part;
        if (elsewhere && nearest.others.size() <= kMostOthers) nearest.others.push_back(i);
        if (distance < best.distance) best = {i, distance};
    }
    std::erase(nearest.others, nearest.other_part.image);
    return nearest;
}

}  // namespace

std::vector<Nearest> nearest_before(std::span<const HashedImage> images, int most_distance, std::size_t workers,
                                    const std::stop_token& stop) {
    constexpr std::size_t block = 64;
    std::vector<Nearest> all;
    all.reserve(images.size());
    const auto make = [&](std::size_t index) {
        std::vector<Nearest> made;
        for (std::size_t i = index * block; i < std::min(images.size(), (index + 1) * block); ++i)
            made.push_back(nearest_of(images, i, most_distance));
        return made;
    };
    ordered_map(
        (images.size() + block - 1) / block, {.workers = workers, .window = 4 * workers, .stop = stop}, make,
        [&](std::size_t, const std::vector<Nearest>& made) { all.insert(all.end(), made.begin(), made.end()); });
    return all;
}

}  // namespace graft
