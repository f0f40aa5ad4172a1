#include "insight/findings.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <unordered_map>
#include <utility>

#include "core/quantile.hpp"
#include "graft/core/errors.hpp"
#include "insight/near_copies.hpp"

namespace graft {
namespace {

constexpr std::size_t kKinds = enum_names<FindingKind>.size();
using FindingsByKind = std::vector<Finding>;

std::vector<FoundImage>& images_of(FindingsByKind& findings, FindingKind kind) {
    return findings[static_cast<std::size_t>(kind)].images;
}

bool differ_in_class(const CheckedData& data, const CheckedImage& a, const CheckedImage& b) {
    if (data.parts[a.part].only_compared || data.parts[b.part].only_compared) return false;
    return data.targets == TargetKind::one_class && a.sample->label != b.sample->label;
}

void add_other(FoundImage& found, std::size_t other) {
    if (found.other)
        found.also.push_back(other);
    else
        found.other = other;
}

/// Equal pictures. @return of each image whether its part has it already
std::vector<bool> find_exact_copies(const CheckedData& data, std::span<const CheckedImage> images,
                                    FindingsByKind& findings) {
    std::vector<bool> repeated(images.size());
    std::unordered_map<Fingerprint, std::vector<std::size_t>> seen;  // the first of each part and class
    for (std::size_t i = 0; i < images.size(); ++i) {
        if (!images[i].good()) continue;
        std::vector<std::size_t>& before = seen[images[i].facts.pixels];
        FoundImage copy{.image = i}, leak{.image = i}, conflict{.image = i};
        bool is_new = true;
        for (const std::size_t other : before) {
            const bool same_part = images[other].part == images[i].part;
            const bool differ = differ_in_class(data, images[i], images[other]);
            add_other(same_part ? copy : leak, other);
            if (differ) add_other(conflict, other);
            if (same_part && !differ) is_new = false;
        }
        repeated[i] = copy.other.has_value();
        if (copy.other && !data.parts[images[i].part].only_compared)
            images_of(findings, FindingKind::copies).push_back(copy);
        if (leak.other && !copy.other) images_of(findings, FindingKind::leaks).push_back(leak);
        if (conflict.other) images_of(findings, FindingKind::label_conflicts).push_back(conflict);
        if (is_new) before.push_back(i);
    }
    return repeated;
}

void find_near_copies(const CheckedData& data, std::span<const CheckedImage> images, const std::vector<bool>& repeated,
                      const FindingLimits& limits, std::size_t workers, const std::stop_token& stop,
                      FindingsByKind& findings) {
    std::vector<HashedImage> hashes;
    hashes.reserve(images.size());
    for (std::size_t i = 0; i < images.size(); ++i)
        hashes.push_back({images[i].facts.hash, images[i].part,
                          images[i].good() && !repeated[i] && images[i].facts.information >= limits.information});
    const std::vector<Nearest> nearest = nearest_before(hashes, limits.near_distance, workers, stop);
    if (nearest.size() < images.size()) throw Interrupted("interrupted while the images were being compared");
    const auto add = [&](FindingKind kind, std::size_t image, const Nearest::Neighbour& neighbour) -> FoundImage* {
        if (neighbour.image == kNoImage) return nullptr;
        if (images[image].facts.pixels == images[neighbour.image].facts.pixels) return nullptr;  // is found already
        std::vector<FoundImage>& found = images_of(findings, kind);
        found.push_back({.image = image, .score = double(neighbour.distance), .other = neighbour.image});
        return &found.back();
    };
    for (std::size_t i = 0; i < images.size(); ++i) {
        if (!data.parts[images[i].part].only_compared) add(FindingKind::near_copies, i, nearest[i].same_part);
        if (FoundImage* leak = add(FindingKind::near_leaks, i, nearest[i].other_part)) leak->also = nearest[i].others;
    }
}

/// Pictures that CleanVision's rules call odd.
void find_odd_pictures(const CheckedData& data, std::span<const CheckedImage> images, const FindingLimits& limits,
                       FindingsByKind& findings) {
    const auto below = [&](FindingKind kind, std::size_t image, double score, double limit) {
        if (score < limit) images_of(findings, kind).push_back({.image = image, .score = score});
    };
    for (std::size_t i = 0; i < images.size(); ++i) {
        if (!images[i].good() || data.parts[images[i].part].only_compared) continue;
        const PictureFacts& facts = images[i].facts;
        below(FindingKind::dark, i, facts.brightest, limits.dark);
        below(FindingKind::light, i, facts.darkest, limits.light);
        below(FindingKind::low_information, i, facts.information, limits.information);
        below(FindingKind::blurred, i, facts.sharpness, limits.sharpness);
        below(FindingKind::odd_aspect_ratio, i, facts.aspect(), limits.aspect);
    }
}

/// Pictures whose side (the root of the area) lies three times the middle half's width outside of the middle half.
void find_odd_sizes(const CheckedData& data, std::span<const CheckedImage> images, const FindingLimits& limits,
                    FindingsByKind& findings) {
    std::vector<std::pair<std::size_t, double>> sides;
    std::vector<double> sorted;
    for (std::size_t i = 0; i < images.size(); ++i) {
        if (!images[i].good() || data.parts[images[i].part].only_compared) continue;
        sides.emplace_back(i, std::sqrt(double(images[i].facts.width)) * std::sqrt(double(images[i].facts.height)));
        sorted.push_back(sides.back().second);
    }
    if (sorted.empty()) return;
    std::ranges::sort(sorted);
    const double low = quantile(sorted, 0.25), high = quantile(sorted, 0.75);
    const double margin = limits.size_in_quartiles * (high - low);
    for (const auto& [image, side] : sides)
        if (side < low - margin || side > high + margin)
            images_of(findings, FindingKind::odd_size).push_back({.image = image, .score = side});
    std::ranges::stable_sort(images_of(findings, FindingKind::odd_size), std::greater(),
                             [&](const FoundImage& found) { return std::max(low - found.score, found.score - high); });
}

void find_rare_classes(const CheckedData& data, const FindingLimits& limits, FindingsByKind& findings) {
    if (data.targets != TargetKind::one_class) return;
    std::vector<FoundClass>& rare = findings[static_cast<std::size_t>(FindingKind::imbalance)].classes;
    for (std::size_t part = 0; part < data.parts.size(); ++part) {
        const CheckedPart& checked = data.parts[part];
        if (checked.only_compared) continue;
        const std::vector<std::int64_t> counts = count_per_class(checked.samples, data.classes.size());
        const double mean = static_cast<double>(checked.samples.size()) / static_cast<double>(counts.size());
        for (std::size_t label = 0; label < counts.size(); ++label)
            if (static_cast<double>(counts[label]) < limits.rarest_class * mean)
                rare.push_back({part, label, counts[label]});
    }
    std::ranges::stable_sort(rare, {}, &FoundClass::images);
}

std::size_t images_looked_at(const CheckedData& data, std::span<const CheckedImage> images) {
    return static_cast<std::size_t>(std::ranges::count_if(
        images, [&](const CheckedImage& image) { return image.good() && !data.parts[image.part].only_compared; }));
}

}  // namespace

std::vector<Finding> find_oddities(const CheckedData& data, std::span<const CheckedImage> images,
                                   const FindingLimits& limits, std::size_t workers, const std::stop_token& stop) {
    FindingsByKind findings(kKinds);
    const std::size_t of = images_looked_at(data, images);
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
        findings[kind].kind = static_cast<FindingKind>(kind);
        findings[kind].of = of;
    }
    const std::vector<bool> repeated = find_exact_copies(data, images, findings);
    if (limits.near_distance > 0) find_near_copies(data, images, repeated, limits, workers, stop, findings);
    find_odd_pictures(data, images, limits, findings);
    find_rare_classes(data, limits, findings);
    for (Finding& finding : findings) {
        std::ranges::stable_sort(finding.images, {}, &FoundImage::score);
        // The last part is the one that judges: what leaks into it matters most.
        if (finding.kind == FindingKind::leaks || finding.kind == FindingKind::near_leaks)
            std::ranges::stable_sort(finding.images, std::greater(),
                                     [&](const FoundImage& found) { return images[found.image].part; });
    }
    find_odd_sizes(data, images, limits, findings);
    std::erase_if(findings, [](const Finding& finding) { return finding.images.empty() && finding.classes.empty(); });
    return findings;
}

}  // namespace graft
