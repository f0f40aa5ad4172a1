#include "insight/examine.hpp"

#include <utility>

#include "core/files.hpp"
#include "core/ordered_map.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

struct SeenImage {
    CheckedImage image;
    std::string note;  ///< what is odd about the file
};

SeenImage look_at(const Sample& sample, std::uint32_t part, const DecodeOptions& limits) {
    SeenImage seen{.image = {.sample = &sample, .part = part, .bytes = {}, .facts = {}, .problem = {}}, .note = {}};
    try {
        const std::string bytes = read_file(sample.file);
        const Picture picture = decode_picture(bytes, shown(sample.file), limits);
        seen.image.bytes = fingerprint(bytes);
        seen.image.facts = measure_picture(picture.rgb);
        seen.note = picture.note;
    } catch (const DataError& error) {
        seen.image.problem = shown(error.what());
    }
    return seen;
}

}  // namespace

std::vector<CheckedImage> examine(const CheckedData& data, std::size_t workers, const DecodeOptions& limits,
                                  const std::stop_token& stop, Reporter& reporter) {
    std::vector<std::pair<const Sample*, std::uint32_t>> samples;
    for (std::uint32_t part = 0; part < data.parts.size(); ++part)
        for (const Sample& sample : data.parts[part].samples) samples.emplace_back(&sample, part);
    std::vector<CheckedImage> images;
    images.reserve(samples.size());
    PassedOver odd;
    reporter.start("checking", samples.size(), "images");
    ordered_map(
        samples.size(), {.workers = workers, .window = 4 * workers, .stop = stop},
        [&](std::size_t i) { return look_at(*samples[i].first, samples[i].second, limits); },
        [&](std::size_t i, SeenImage seen) {
            reporter.advance(i + 1);
            if (!seen.note.empty()) odd.add(seen.note);
            images.push_back(std::move(seen.image));
        });
    reporter.finish();
    if (odd.count > 0)
        reporter.warn(format_text("{} whole, though odd, such as {}", count_of(odd.count, "image is", "images are"),
                                  shown(odd.example)));
    if (images.size() < samples.size()) throw Interrupted("interrupted while the images were being checked");
    return images;
}

}  // namespace graft
