#include "run/data_findings.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/files.hpp"
#include "core/text.hpp"
#include "data/part.hpp"
#include "insight/findings.hpp"
#include "insight/findings_text.hpp"

namespace graft {
namespace {

constexpr std::size_t kNamedImages = 200;  ///< of a finding; `graft data check` names all
/// Bits of 64: who is told unasked must not be told wrong things. docs/data-check.md has what more bits find.
constexpr int kNearDistance = 6;

CheckedData parts_of_run(const Dataset& dataset) {
    CheckedData data{.classes = dataset.classes, .targets = dataset.targets, .parts = {}, .remarks = {}};
    for (const auto& [kind, samples] : {std::pair(PartKind::train, &dataset.train),
                                        {PartKind::validation, &dataset.validation},
                                        {PartKind::test, &dataset.test}})
        if (!samples->empty())
            data.parts.push_back({.name = std::string(text_of(kind)), .place = {}, .samples = *samples});
    return data;
}

std::vector<CheckedImage> images_of(const CheckedData& data, const FactsMemo& memo) {
    std::vector<CheckedImage> images;
    for (std::uint32_t part = 0; part < data.parts.size(); ++part)
        for (const Sample& sample : data.parts[part].samples)
            if (const std::optional<PictureFacts> facts = memo.find(sample.content))
                images.push_back({&sample, part, sample.content, *facts, {}});
    return images;
}

Json images_by_part(const CheckedData& data, std::span<const CheckedImage> images, const Finding& finding) {
    std::map<std::string, std::int64_t> counts;
    for (const FoundImage& found : finding.images) ++counts[data.parts[images[found.image].part].name];
    return counts;
}

Json findings_of_run(const CheckedData& data, std::span<const CheckedImage> images, std::span<const Finding> findings) {
    Json all = findings_json(data, images, findings);
    for (std::size_t i = 0; i < findings.size(); ++i) {
        const FindingWords words = words_for(findings[i]);
        all[i]["title"] = words.title;
        all[i]["sentence"] = words.sentence;
        all[i]["parts"] = images_by_part(data, images, findings[i]);
        if (!all[i].contains("images")) continue;
        Json& named = all[i]["images"];
        const std::size_t most = findings[i].usual() ? 0 : kNamedImages;
        if (named.size() > most) named.erase(named.begin() + static_cast<std::ptrdiff_t>(most), named.end());
    }
    return {{"images", images.size()}, {"findings", std::move(all)}};
}

/// A model looks better than it is on images that it was trained with.
void warn_of_leaks(const CheckedData& data, std::span<const CheckedImage> images, std::span<const Finding> findings,
                   const std::filesystem::path& file, Reporter& reporter) {
    std::map<std::string, std::int64_t> leaks;
    for (const Finding& finding : findings)
        if (finding.kind == FindingKind::leaks)
            for (const FoundImage& found : finding.images) ++leaks[data.parts[images[found.image].part].name];
    for (const auto& [part, count] : leaks)
        reporter.warn(format_text("{} of another part too, which makes the model look better than it is: {} names them",
                                  count_of(static_cast<std::uint64_t>(count), part + " image is", part + " images are"),
                                  file));
}

}  // namespace

PictureObserver measuring(FactsMemo& memo) {
    return {.knows = [&memo](const Fingerprint& content) { return memo.find(content).has_value(); },
            .see = [&memo](const Fingerprint& content,
                           const cv::Mat& rgb) { memo.remember(content, measure_picture(rgb)); }};
}

void write_findings(const Dataset& dataset, const FactsMemo& memo, const std::filesystem::path& file,
                    std::size_t workers, const std::stop_token& stop, Reporter& reporter) {
    const CheckedData data = parts_of_run(dataset);
    const std::vector<CheckedImage> images = images_of(data, memo);
    const std::vector<Finding> findings = find_oddities(data, images, {.near_distance = kNearDistance}, workers, stop);
    warn_of_leaks(data, images, findings, file, reporter);
    write_file(file, pretty(findings_of_run(data, images, findings)));
}

}  // namespace graft
