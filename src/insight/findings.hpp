/// @file
/// What is odd about the images of a data set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/enum_names.hpp"
#include "insight/examine.hpp"

namespace graft {

enum class FindingKind {
    leaks,            ///< the same picture in two parts
    near_leaks,       ///< almost the same
    label_conflicts,  ///< the same picture under two classes
    label_errors,     ///< looks like another class than it is labelled
    copies,           ///< the same picture twice in a part
    near_copies,      ///< almost the same
    imbalance,        ///< a class of few images
    low_information,  ///< blank or nearly so
    dark,
    light,
    blurred,
    odd_aspect_ratio,
    odd_size,
};
template <>
inline constexpr auto enum_names<FindingKind> = std::to_array<std::string_view>(
    {"leaks", "near_leaks", "label_conflicts", "label_errors", "copies", "near_copies", "imbalance", "low_information",
     "dark", "light", "blurred", "odd_aspect_ratio", "odd_size"});

/// An image, and what is odd about it.
struct FoundImage {
    std::size_t image = 0;             ///< index into the images
    double score = 0;                  ///< copies: bits that differ; size: pixels; else in [0, 1], the lower the odder
    std::optional<std::size_t> other;  ///< the image that it repeats
    std::vector<std::size_t> also;     ///< further ones
    std::int64_t suggested = -1;       ///< the class that it looks like
};

/// A class of few images.
struct FoundClass {
    std::size_t part = 0, label = 0;
    std::int64_t images = 0;
};

struct Finding {
    FindingKind kind = FindingKind::copies;
    std::vector<FoundImage> images;   ///< the oddest first; leaks: those into the last part first
    std::vector<FoundClass> classes;  ///< of `imbalance`
    std::size_t of = 0;               ///< images that were looked at
    /// More than half of them: how these pictures are, rather than what is wrong with some.
    [[nodiscard]] bool usual() const { return kind >= FindingKind::low_information && 2 * images.size() > of; }
};

/// Limits as the programs name them that the rules are from (docs/data-check.md).
struct FindingLimits {
    int near_distance = 10;  ///< bits of 64 (imagededup)
    double dark = 0.32;      ///< this and the following: CleanVision
    double light = 0.05;
    double information = 0.3;
    double sharpness = 0.29;
    double aspect = 0.35;
    double size_in_quartiles = 3;
    double rarest_class = 0.1;  ///< of the mean size of a class (cleanlab)
};

/// Everything but label errors: in the order of the kinds, kinds of which nothing was found left out.
/// @param images of `data`, as examine() has them
[[nodiscard]] std::vector<Finding> find_oddities(const CheckedData& data, std::span<const CheckedImage> images,
                                                 const FindingLimits& limits, std::size_t workers,
                                                 const std::stop_token& stop);

}  // namespace graft
