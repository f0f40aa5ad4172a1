/// @file
/// The pretrained weights that graft knows by name: weights/manifest.json, built into the library.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace graft {

/// How pictures were prepared for a network when its weights were trained. Values on the scale 0..255, RGB.
struct WeightsPreprocessing {
    std::int64_t height = 224, width = 224;
    std::string interpolation = "bilinear";
    std::array<double, 3> mean = {}, std = {};
};

struct WeightsEntry {
    std::string name, architecture, file;
    std::optional<std::string> sha256;  ///< of the file; nothing when it is not on record
    std::string source, licence;
    WeightsPreprocessing preprocessing;
};

/// All entries, in the order of the file. Throws std::logic_error when the built-in manifest is malformed: a bug.
[[nodiscard]] std::vector<WeightsEntry> weights_manifest();

/// The entry that an architecture uses when a config names no weights: the first of its. Nothing when there is none.
[[nodiscard]] std::optional<WeightsEntry> default_weights(std::string_view architecture);

/// The entry of that name.
[[nodiscard]] std::optional<WeightsEntry> find_weights(std::string_view name);

}  // namespace graft
