#include "run/choose_weights.hpp"

#include <algorithm>
#include <filesystem>

#include "core/suggest.hpp"
#include "graft/core/errors.hpp"
#include "weights/added_weights.hpp"
#include "weights/fetch_weights.hpp"
#include "weights/weights_folder.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

void expect_architecture(const WeightsEntry& entry, const std::string& architecture) {
    if (entry.architecture != architecture)
        throw ConfigError("/backbone/weights: " + entry.name + " are weights of " + entry.architecture + ", not of " +
                          architecture);
}

/// The names that a config for this architecture may use.
std::vector<std::string> names_for(const std::string& architecture) {
    std::vector<std::string> names;
    const auto add = [&](const std::vector<WeightsEntry>& entries) {
        for (const WeightsEntry& entry : entries)
            if (entry.architecture == architecture) names.push_back(entry.name);
    };
    add(weights_manifest());
    add(added_weights(weights_folder()));
    return names;
}

[[noreturn]] void fail_without_weights(const BackboneOptions& options) {
    const std::vector<std::string> names = names_for(options.name);
    const std::string there_are =
        names.empty() ? "; none are known for " + options.name : "; known for it: " + comma_separated(names);
    if (!options.weights)
        throw ConfigError("/backbone/weights: is missing: the manifest has no weights of " + options.name + there_are);
    throw ConfigError("/backbone/weights: there is no file \"" + *options.weights + "\", and no weights of that name" +
                      did_you_mean(*options.weights, names) + there_are);
}

ChosenWeights given_file(const std::string& file, const std::string& architecture) {
    const std::optional<WeightsEntry> own = described_weights(file);
    if (own) expect_architecture(*own, architecture);
    return {file, own ? own : default_weights(architecture)};
}

Interpolation as_trained(WeightsInterpolation interpolation) {
    switch (interpolation) {
        case WeightsInterpolation::nearest: return Interpolation::nearest;
        case WeightsInterpolation::bilinear: return Interpolation::bilinear;
        case WeightsInterpolation::bicubic: return Interpolation::bicubic;
    }
    return Interpolation::bilinear;
}

Preprocessing preprocessing_of(const WeightsPreprocessing& weights) {
    Preprocessing preprocessing{.height = weights.height,
                                .width = weights.width,
                                .interpolation = as_trained(weights.interpolation),
                                .mean = weights.mean,
                                .std = weights.std};
    if (const std::optional<double> fraction = weights.crop_fraction()) {
        preprocessing.resize = ResizeMode::center_crop;
        preprocessing.crop_fraction = *fraction;
    }
    return preprocessing;
}

}  // namespace

ChosenWeights choose_weights(const BackboneOptions& options, MissingWeights missing) {
    if (options.weights == "random") return {"random", default_weights(options.name)};
    const fs::path folder = weights_folder();
    std::error_code ignored;
    std::optional<WeightsEntry> entry =
        options.weights ? find_weights(*options.weights) : default_weights(options.name);
    if (!entry && options.weights) {
        if (fs::is_regular_file(*options.weights, ignored)) return given_file(*options.weights, options.name);
        entry = find_weights(*options.weights, folder);
    }
    if (!entry) fail_without_weights(options);
    expect_architecture(*entry, options.name);
    const fs::path file = folder / entry->file;
    if (fs::is_regular_file(file, ignored)) {
        expect_file_of(*entry, file);
        return {file.string(), entry};
    }
    if (missing == MissingWeights::download && address_of(*entry)) return {file.string(), entry, true};
    throw ConfigError("/backbone/weights: " + entry->name + " is not on this machine. " + how_to_bring(*entry, file));
}

void bring_weights(const ChosenWeights& weights, const std::stop_token& stop, Reporter& reporter) {
    if (weights.missing) fetch_weights(*weights.entry, weights_folder(), stop, reporter);
}

Preprocessing choose_preprocessing(const DataOptions& data, const std::optional<WeightsEntry>& entry) {
    Preprocessing chosen = entry ? preprocessing_of(entry->preprocessing) : Preprocessing();
    if (!data.image_size.empty()) {
        chosen.height = data.image_size.front();
        chosen.width = data.image_size.back();
    }
    if (data.resize != ResizeChoice::automatic)
        chosen.resize = data.resize == ResizeChoice::squash ? ResizeMode::squash : ResizeMode::center_crop;
    if (data.crop_fraction) chosen.crop_fraction = *data.crop_fraction;
    if (data.interpolation != InterpolationChoice::automatic)
        chosen.interpolation = static_cast<Interpolation>(static_cast<int>(data.interpolation) - 1);
    if (!data.mean.empty()) std::copy_n(data.mean.begin(), 3, chosen.mean.begin());
    if (!data.std.empty()) std::copy_n(data.std.begin(), 3, chosen.std.begin());
    return chosen;
}

}  // namespace graft
