#include "run/choose_weights.hpp"

#include <algorithm>
#include <filesystem>

#include "core/folders.hpp"
#include "core/names.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "weights/format/file_kind.hpp"
#include "weights/store/added_weights.hpp"
#include "weights/store/fetch_weights.hpp"

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
        names.empty() ? "; none are known for " + options.name : "; known for it: " + joined(names);
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

Preprocessing preprocessing_of(const WeightsPreprocessing& weights) {
    Preprocessing preprocessing{.height = weights.height,
                                .width = weights.width,
                                .interpolation = weights.interpolation,
                                .mean = weights.mean,
                                .std = weights.std};
    if (const std::optional<double> fraction = weights.crop_fraction()) {
        preprocessing.resize = ResizeMode::center_crop;
        preprocessing.crop_fraction = *fraction;
    }
    return preprocessing;
}

/// With what to do about another file of the entry's name.
void expect_right_file(const WeightsEntry& entry, const fs::path& file) {
    try {
        expect_file_of(entry, file);
    } catch (const DataError& error) {
        if (!address_of(entry)) throw;
        throw DataError(format_text("{}; graft weights get {} --force replaces it", error.what(), entry.name));
    }
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
    if (!entry && options.weights && fs::exists(*options.weights, ignored))  // a folder, for example
        expect_use(*options.weights, FileUse::weights);
    if (!entry) fail_without_weights(options);
    expect_architecture(*entry, options.name);
    const fs::path file = folder / entry->file;
    if (fs::is_regular_file(file, ignored)) {
        expect_right_file(*entry, file);
        return {file.string(), entry};
    }
    if (missing == MissingWeights::download && address_of(*entry)) return {file.string(), entry, true};
    throw ConfigError("/backbone/weights: " + entry->name + " is not on this machine. " +
                      download_by_hand(*entry, file));
}

void bring_weights(const ChosenWeights& weights, const std::stop_token& stop, Reporter& reporter) {
    if (weights.missing) fetch_weights(*weights.entry, weights_folder(), stop, reporter);
}

Preprocessing usual_preprocessing(const std::optional<WeightsEntry>& entry) {
    return entry ? preprocessing_of(entry->preprocessing) : Preprocessing();
}

}  // namespace graft
