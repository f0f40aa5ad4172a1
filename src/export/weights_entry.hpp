/// @file
/// What is known and said of a weights file of a person's own, and where it goes in the folder of the weights.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "export/export_weights.hpp"
#include "network/architecture.hpp"
#include "weights/store/manifest.hpp"

namespace graft {

/// What a person says of weights; empty where the file, the manifest or the architecture's usual weights are to say it.
struct WeightsWords {
    std::string name, architecture, source, licence, interpolation;
    std::vector<std::int64_t> input_size;  ///< one side, or height and width
    std::vector<double> mean, std;         ///< of red, green and blue
    std::optional<std::int64_t> resize_shorter_side;
    std::optional<double> imagenet_top1;

    bool operator==(const WeightsWords&) const = default;
};

/// The architecture of that name. Throws ConfigError at --architecture when there is none.
[[nodiscard]] const ArchitectureRow& architecture_named(const std::string& name);

/// The entry that a file gets: its own or the manifest's where it carries or is one, else that of the architecture's
/// usual weights, with what is said put in. The name is the file's unless it is said.
/// Throws ConfigError, in terms of the options of `graft weights add`, when something is missing or wrong.
[[nodiscard]] WeightsEntry entry_for(const std::filesystem::path& file, const WeightsWords& words);

/// How a file is to be added to a folder.
struct WeightsAddition {
    WeightsEntry entry;
    std::filesystem::path file, target;
    bool as_it_is = false;  ///< the manifest's own file, brought by hand: it goes where a download would have put it
};

/// Throws as entry_for, and when the name is one of the manifest's.
[[nodiscard]] WeightsAddition plan_addition(const std::filesystem::path& file, const WeightsWords& words,
                                            const std::filesystem::path& folder);

/// Checks the file by loading it, or by its hash, and writes the target.
/// @throws DataError when the file is not what it should be; then nothing was written
WeightsReport add_to_folder(const WeightsAddition& addition, const WeightsChoice& choice = {},
                            Present present = Present::replaced);

}  // namespace graft
