/// @file
/// One image and what is to be recognised in it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/enum_names.hpp"
#include "core/hash.hpp"

namespace graft {

/// What is said of an image: its class, for each label whether it has it, or numbers.
enum class TargetKind { one_class, labels, numbers };
template <>
inline constexpr auto enum_names<TargetKind> = std::to_array<std::string_view>({"one class", "several labels",
                                                                                "numbers"});

/// One image with its target. There may be millions of them: paths are kept as text, in a third of a path's memory.
struct Sample {
    std::string file;        ///< where it lies
    std::string name;        ///< path relative to the folder, with '/', as escaped() writes it: "cat/holiday/1.jpg"
    std::int64_t label = 0;  ///< where an image has one class: index into the classes
    /// [K] where an image has several labels (1, 0, or NaN: unknown) or numbers (NaN: unknown); else empty.
    std::vector<float> values;
    float weight = 1;      ///< how much it counts in the loss
    std::string group;     ///< images of one group stay in one part; empty: the image is its own
    std::uint64_t id = 0;  ///< from the path alone: other files coming or going do not change it
    Fingerprint content;   ///< of the file's bytes, once the image was checked; zero before
};

/// Number of samples of each class; of samples with values, how many have each value above 0.5. [classes]
[[nodiscard]] std::vector<std::int64_t> count_per_class(std::span<const Sample> samples, std::size_t classes);
/// The classes that no sample has, in their order.
[[nodiscard]] std::vector<std::int64_t> absent_classes(std::span<const Sample> samples, std::size_t classes);
/// Their names.
[[nodiscard]] std::vector<std::string> absent_classes(std::span<const Sample> samples,
                                                      std::span<const std::string> classes);

}  // namespace graft
