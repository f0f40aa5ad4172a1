#include "data/image_check.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <variant>

#include "core/files.hpp"
#include "core/ordered_map.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/decode.hpp"

namespace graft {
namespace {

using Checked = std::variant<Fingerprint, BadImage>;

}  // namespace

std::vector<BadImage> find_bad_images(std::span<Sample> samples, std::size_t workers, std::stop_token stop,
                                      Reporter& reporter, ImageMemo& memo) {
    std::vector<std::size_t> unknown;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        if (const std::optional<Fingerprint> content = memo.find(samples[i].file))
            samples[i].content = *content;
        else
            unknown.push_back(i);
    }
    const auto check = [&](std::size_t i) -> Checked {
        const Sample& sample = samples[unknown[i]];
        try {
            const std::string bytes = read_file(sample.file);
            static_cast<void>(decode_image(bytes, sample.file.string()));
            return fingerprint(bytes);
        } catch (const DataError& error) {
            return BadImage{sample.name, error.what()};
        }
    };
    std::vector<BadImage> bad;
    const auto consume = [&](std::size_t i, Checked checked) {
        Sample& sample = samples[unknown[i]];
        if (auto* found = std::get_if<BadImage>(&checked)) {
            bad.push_back(std::move(*found));
        } else {
            sample.content = std::get<Fingerprint>(checked);
            memo.remember(sample.file, sample.content);
        }
        reporter.advance(i + 1);
    };
    reporter.start("checking", unknown.size(), "images");
    const std::size_t done =
        ordered_map(unknown.size(), {.workers = workers, .window = 4 * workers, .stop = stop}, check, consume);
    reporter.finish();
    if (done < unknown.size())
        throw Interrupted("interrupted while the images were being checked; nothing was trained");
    return bad;
}

void drop_bad_images(std::vector<Sample>& samples, std::span<const BadImage> bad) {
    std::set<std::string> names;
    for (const BadImage& image : bad) names.insert(image.name);
    std::erase_if(samples, [&](const Sample& sample) { return names.contains(sample.name); });
}

void fail_on_bad_images(std::span<const BadImage> bad, std::size_t images) {
    std::string message = std::to_string(bad.size()) + " of " + std::to_string(images) + " images cannot be used:";
    for (const BadImage& image : bad) message += "\n  " + image.reason;
    throw DataError(message + "\nRepair or remove them, or set /data/on_bad_image to \"skip\"");
}

}  // namespace graft
