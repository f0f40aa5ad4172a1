#include "weights/manifest.hpp"

#include <algorithm>
#include <stdexcept>

#include "config/json.hpp"
#include "core/version.hpp"

namespace graft {
namespace {

WeightsEntry entry_from(const Json& json) {
    const Json& preprocessing = json.at("preprocessing");
    WeightsEntry entry{.name = json.at("name"),
                       .architecture = json.at("architecture"),
                       .file = json.at("file"),
                       .source = json.at("source"),
                       .licence = json.at("licence")};
    if (!json.at("sha256").is_null()) entry.sha256 = json.at("sha256").get<std::string>();
    entry.preprocessing.height = preprocessing.at("height");
    entry.preprocessing.width = preprocessing.at("width");
    entry.preprocessing.interpolation = preprocessing.at("interpolation");
    entry.preprocessing.mean = preprocessing.at("mean").get<std::array<double, 3>>();
    entry.preprocessing.std = preprocessing.at("std").get<std::array<double, 3>>();
    return entry;
}

template <class Matches>
std::optional<WeightsEntry> first(Matches matches) {
    const std::vector<WeightsEntry> entries = weights_manifest();
    const auto found = std::ranges::find_if(entries, matches);
    return found == entries.end() ? std::nullopt : std::optional(*found);
}

}  // namespace

std::vector<WeightsEntry> weights_manifest() {
    std::vector<WeightsEntry> entries;
    try {
        const Json manifest = Json::parse(embedded_manifest());
        for (const Json& json : manifest.at("weights")) entries.push_back(entry_from(json));
    } catch (const Json::exception& error) {
        throw std::logic_error(std::string("weights/manifest.json: ") + error.what());
    }
    return entries;
}

std::optional<WeightsEntry> default_weights(std::string_view architecture) {
    return first([&](const WeightsEntry& entry) { return entry.architecture == architecture; });
}

std::optional<WeightsEntry> find_weights(std::string_view name) {
    return first([&](const WeightsEntry& entry) { return entry.name == name; });
}

}  // namespace graft
