#include "data/image_check.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "config/json.hpp"
#include "core/files.hpp"
#include "core/ordered_map.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

/// A picture that is whole, though its file may be odd.
struct GoodImage {
    Fingerprint content;
    std::string note;
};
using Checked = std::variant<GoodImage, BadImage>;

/// A sample that has to be decoded, and its file's state before it is read.
struct Unknown {
    Sample* sample;
    std::optional<Fingerprint> state;
};

std::vector<Unknown> not_known_to(const ImageMemo& memo, const PictureObserver& observer, std::span<Sample> samples) {
    std::vector<Unknown> unknown;
    for (Sample& sample : samples) {
        const std::optional<Fingerprint> state = memo.state_of(sample.file);
        const std::optional<Fingerprint> content = memo.find(state);
        if (content && (!observer.knows || observer.knows(*content)))
            sample.content = *content;
        else
            unknown.push_back({&sample, state});
    }
    return unknown;
}

Checked check(const Sample& sample, const DecodeOptions& limits, const PictureObserver& observer) {
    try {
        const std::string bytes = read_file(sample.file);
        Picture picture = decode_picture(bytes, shown(sample.file), limits);
        const Fingerprint content = fingerprint(bytes);
        if (observer.see) observer.see(content, picture.rgb);
        return GoodImage{content, std::move(picture.note)};
    } catch (const DataError& error) {
        return BadImage{sample.name, shown(error.what())};
    }
}

void drop(std::vector<Sample>& samples, std::span<const BadImage> bad) {
    std::set<std::string> names;
    for (const BadImage& image : bad) names.insert(image.name);
    std::erase_if(samples, [&](const Sample& sample) { return names.contains(sample.name); });
}

/// @param before how many images of each class there were
void expect_every_class(const ImagePart& part, std::span<const std::string> classes,
                        const std::vector<std::int64_t>& before) {
    const std::vector<std::int64_t> counts = count_per_class(part.samples, classes.size());
    std::vector<std::string> empty;
    for (std::size_t i = 0; i < counts.size(); ++i)
        if (counts[i] == 0 && before[i] > 0) empty.push_back(classes[i]);
    if (!empty.empty())
        throw DataError(format_text("without the images that cannot be used, no image is left to {} on of {} {}",
                                    part.name, empty.size() == 1 ? "the class" : "the classes", joined(empty)));
}

[[noreturn]] void fail(std::span<const SkippedImage> bad, std::size_t images) {
    std::string message = cannot_be_used(bad.size(), images) + ":";
    for (const SkippedImage& image : bad) message += "\n  " + image.reason;
    throw DataError(message + "\nRepair or remove them, or set /data/on_bad_image to \"skip\"");
}

}  // namespace

std::vector<BadImage> find_bad_images(std::span<Sample> samples, std::size_t workers, std::stop_token stop,
                                      Reporter& reporter, ImageMemo& memo, const DecodeOptions& limits,
                                      const PictureObserver& observer) {
    const std::vector<Unknown> unknown = not_known_to(memo, observer, samples);
    const auto check_one = [&](std::size_t i) { return check(*unknown[i].sample, limits, observer); };
    std::vector<BadImage> bad;
    PassedOver odd;
    const auto consume = [&](std::size_t i, Checked checked) {
        const auto& [sample, state] = unknown[i];
        reporter.advance(i + 1);
        if (auto* found = std::get_if<BadImage>(&checked)) return bad.push_back(std::move(*found));
        const auto& [content, note] = std::get<GoodImage>(checked);
        sample->content = content;
        if (!note.empty())
            odd.add(note);  // and not remembered: the next run says it again
        else if (memo.state_of(sample->file) == state)
            memo.remember(state, content);
    };
    reporter.start("checking", unknown.size(), "images");
    const std::size_t done =
        ordered_map(unknown.size(), {.workers = workers, .window = 4 * workers, .stop = stop}, check_one, consume);
    reporter.finish();
    if (odd.count > 0)
        reporter.warn(format_text("{} whole, though odd, such as {}", count_of(odd.count, "image is", "images are"),
                                  shown(odd.example)));
    if (done < unknown.size())
        throw Interrupted("interrupted while the images were being checked; nothing was trained");
    return bad;
}

std::vector<SkippedImage> check_parts(std::span<const ImagePart> parts, std::span<const std::string> classes,
                                      const ImageCheckOptions& options, std::stop_token stop, Reporter& reporter) {
    ImageMemo memo = open_image_memo(reporter);
    std::vector<SkippedImage> skipped;
    std::vector<std::vector<std::int64_t>> before;
    std::size_t images = 0;
    for (const ImagePart& part : parts) {  // one by one: names are unique within a part only
        images += part.samples.size();
        before.push_back(count_per_class(part.samples, classes.size()));
        const std::vector<BadImage> bad =
            find_bad_images(part.samples, options.workers, stop, reporter, memo, options.limits, options.observer);
        drop(part.samples, bad);
        for (const BadImage& image : bad) skipped.push_back({std::string(part.name), image.name, image.reason});
    }
    if (!skipped.empty() && options.on_bad_image == OnBadImage::fail) fail(skipped, images);
    for (std::size_t i = 0; i < parts.size(); ++i)
        if (!skipped.empty() && parts[i].needs_every_class) expect_every_class(parts[i], classes, before[i]);
    return skipped;
}

std::string skipped_as_json(std::span<const SkippedImage> skipped) {
    Json rows = Json::array();
    for (const SkippedImage& image : skipped)
        rows.push_back({{"part", image.part}, {"name", image.name}, {"reason", image.reason}});
    return pretty(rows);
}

std::string cannot_be_used(std::size_t bad, std::size_t images) {
    return format_text("{} of {} cannot be used", with_commas(static_cast<std::int64_t>(bad)),
                       count_of(images, "image"));
}

}  // namespace graft
