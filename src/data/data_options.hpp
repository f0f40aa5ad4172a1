/// @file
/// The images of a run, as a config describes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/fields.hpp"
#include "core/enum_names.hpp"
#include "data/list/list_options.hpp"
#include "data/split.hpp"
#include "graft/data/policies.hpp"
#include "image/decode/decode.hpp"
#include "image/preprocessing.hpp"

namespace graft {

/// A side, or height and width; none: the usual one.
inline const ListLimits kImageSize{.items = between(32, 2048), .shortest = 0, .longest = 2};

template <>
inline constexpr auto enum_names<OnBadImage> = std::to_array<std::string_view>({"fail", "skip"});
template <>
inline constexpr auto enum_names<ClassMismatch> = std::to_array<std::string_view>({"fail", "use_known"});

inline constexpr std::int64_t kUsualBatchSize = 32;

/// Folders of class folders, or lists.
struct DataOptions {
    std::string train;
    std::optional<std::string> validation, test;
    ListOptions list;
    std::vector<std::string> classes;  ///< in the order of the outputs; empty: those of the training images, sorted
    SplitOptions split;
    std::vector<std::int64_t> image_size;        ///< pixels: {side} or {height, width}; empty: that of the weights
    std::optional<ResizeMode> resize;            ///< nothing: as the weights were tested
    std::optional<double> crop_fraction;         ///< nothing: that of the weights
    std::optional<Interpolation> interpolation;  ///< nothing: the one the weights were trained with
    bool reduced_decode = true;                  ///< JPEGs far larger than the input are decoded at half their size
    std::vector<double> mean, std;               ///< per channel, 0..255; empty: those of the weights
    std::optional<std::int64_t> batch_size = kUsualBatchSize;  ///< nothing: "auto", as many as a device has room for
    OnBadImage on_bad_image = OnBadImage::fail;
    ClassMismatch class_mismatch = ClassMismatch::fail;
    std::vector<std::string> exclude;  ///< patterns of paths and names that are left out
    std::int64_t max_pixels = kDefaultMaxPixels;
    std::optional<std::int64_t> workers;  ///< nothing: one per core
};
void describe(Fields& fields, DataOptions& options);

/// What `describe` cannot say of one field alone. Each problem is `"/data/<key>: <what is wrong>"`.
[[nodiscard]] std::vector<std::string> contradictions(const DataOptions& options);

/// How the folders of these options are to be looked through.
[[nodiscard]] ScanOptions scan_options(const DataOptions& options);

/// @param image_size a side, or height and width; empty: nothing changes
void set_size(Preprocessing& preprocessing, const std::vector<std::int64_t>& image_size);

/// Preprocessing belongs to the weights (`usual`); the config may override each part of it.
[[nodiscard]] Preprocessing choose_preprocessing(const DataOptions& options, const Preprocessing& usual);

}  // namespace graft
