/// @file
/// The pretrained weights that graft knows by name: weights/manifest.json, built into the library.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields.hpp"
#include "image/preprocessing.hpp"

namespace graft {

/// How pictures were prepared for a network when its weights were tested. Values on the scale 0..255, RGB.
struct WeightsPreprocessing {
    std::int64_t height = 224, width = 224;  ///< pixels of the network's input
    /// Pixels that the picture's shorter side was resized to, before the middle was cut out. Nothing: the whole picture
    /// was resized.
    std::optional<std::int64_t> resize_shorter_side;
    Interpolation interpolation = Interpolation::bilinear;
    std::array<double, 3> mean = {123.675, 116.28, 103.53}, std = {58.395, 57.12, 57.375};

    /// Share of a side that the middle keeps, in (0, 1]; nothing where the whole picture was resized.
    [[nodiscard]] std::optional<double> crop_fraction() const;
};

struct WeightsEntry {
    std::string name, architecture;
    std::string file;  ///< its name in the folder of the weights
    std::string source, licence;
    std::optional<std::string> url;            ///< nothing when no address leads to the file itself
    std::optional<std::string> sha256;         ///< of the file; nothing when it is not on record
    std::optional<std::string> sha256_prefix;  ///< its beginning, where the publisher says no more
    std::optional<std::int64_t> bytes;
    std::optional<std::int64_t> parameters;  ///< of the published network with its classifier
    std::optional<double> imagenet_top1;     ///< share of ImageNet's validation images, as published
    WeightsPreprocessing preprocessing;
};

void describe(Fields& fields, WeightsPreprocessing& preprocessing);
void describe(Fields& fields, WeightsEntry& entry);

/// What the declarations cannot say, each problem `"/key: …"`: forms of names, checksums and addresses.
[[nodiscard]] std::vector<std::string> check_entry(const WeightsEntry& entry);

/// Whether a file with this SHA-256 is the entry's, as far as the SHA-256 is on record; no file is where it is not.
[[nodiscard]] bool is_of(const WeightsEntry& entry, const std::string& sha256);

/// Reads `{"weights": [entry, …]}`. Throws ConfigError naming `source` with every problem found: unknown keys, wrong
/// values, names or files that stand there twice.
[[nodiscard]] std::vector<WeightsEntry> read_manifest(std::string_view text, const std::string& source);

/// All entries, in the order of the file. Throws std::logic_error when the built-in manifest is malformed: a bug.
[[nodiscard]] const std::vector<WeightsEntry>& weights_manifest();

/// The entry that an architecture uses when a config names no weights: the first of its. Nothing when there is none.
[[nodiscard]] std::optional<WeightsEntry> default_weights(std::string_view architecture);

/// The entry of that name.
[[nodiscard]] std::optional<WeightsEntry> find_weights(std::string_view name);

/// weights/manifest.json as it was when this binary was built.
[[nodiscard]] std::string_view embedded_manifest();

}  // namespace graft
