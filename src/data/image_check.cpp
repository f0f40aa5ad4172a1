#include "data/image_check.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "core/ordered_map.hpp"
#include "graft/core/errors.hpp"
#include "image/decode.hpp"

namespace graft {

std::vector<BadImage> find_bad_images(std::span<const Sample> samples, std::size_t workers, std::stop_token stop,
                                      Reporter& reporter) {
    const auto check = [&](std::size_t i) -> std::optional<BadImage> {
        try {
            static_cast<void>(decode_image_file(samples[i].file));
            return std::nullopt;
        } catch (const DataError& error) {
            return BadImage{samples[i].name, error.what()};
        }
    };
    std::vector<BadImage> bad;
    reporter.start("checking", samples.size(), "images");
    const std::size_t done = ordered_map(samples.size(), {.workers = workers, .window = 4 * workers, .stop = stop},
                                         check, [&](std::size_t i, std::optional<BadImage> found) {
                                             if (found) bad.push_back(std::move(*found));
                                             reporter.advance(i + 1);
                                         });
    reporter.finish();
    if (done < samples.size())
        throw Interrupted("interrupted while the images were being checked; nothing was trained");
    return bad;
}

void drop_bad_images(std::vector<Sample>& samples, std::span<const BadImage> bad, OnBadImage policy) {
    if (bad.empty()) return;
    if (policy == OnBadImage::fail) {
        std::string message =
            std::to_string(bad.size()) + " of " + std::to_string(samples.size()) + " images cannot be used:";
        for (const BadImage& image : bad) message += "\n  " + image.reason;
        throw DataError(message + "\nRepair or remove them, or set /data/on_bad_image to \"skip\"");
    }
    std::set<std::string> names;
    for (const BadImage& image : bad) names.insert(image.name);
    std::erase_if(samples, [&](const Sample& sample) { return names.contains(sample.name); });
}

}  // namespace graft
