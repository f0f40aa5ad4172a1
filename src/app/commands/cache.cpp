#include <CLI/App.hpp>
#include <ctime>
#include <iostream>
#include <memory>

#include "app/commands/commands.hpp"
#include "app/option_checks.hpp"
#include "app/results.hpp"
#include "core/folders.hpp"
#include "core/text.hpp"
#include "core/text_layout.hpp"
#include "features/feature_cache.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

std::filesystem::path features_folder() {
    if (cache_folder().empty())
        throw ConfigError("there is no cache folder: none of GRAFT_CACHE, XDG_CACHE_HOME and HOME is set");
    return cache_folder() / "features";
}

/// "2026-11-24 20:15", local time.
std::string time_text(std::int64_t seconds) {
    const auto time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    char text[32];
    ::localtime_r(&time, &parts);
    return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts)};
}

Json as_json(const SpaceInfo& space) {
    return {{"name", space.name},
            {"bytes", space.bytes},
            {"used", space.used},
            {"in_use", space.in_use},
            {"description", space.description}};
}

/// "efficientnet_lite0 up to top, augmented".
std::string what_of(const Json& description) {
    try {
        const Json& features = description.at("features");
        return features.at("backbone").get<std::string>() + " up to " +
               features.at("frozen").back().get<std::string>() +
               (features.contains("augmentation") ? ", augmented" : ", plain");
    } catch (const Json::exception&) {
        return "damaged";
    }
}

void list_spaces(bool json) {
    const std::vector<SpaceInfo> spaces = FeatureCache(features_folder()).list();
    std::uint64_t bytes = 0;
    for (const SpaceInfo& space : spaces) bytes += space.bytes;
    if (json) {
        Json document = {{"folder", features_folder().string()}, {"bytes", bytes}, {"spaces", Json::array()}};
        for (const SpaceInfo& space : spaces) document["spaces"].push_back(as_json(space));
        return print_json(document);
    }
    std::vector<std::vector<std::string>> rows = {{"features of", "last used", "size", ""}};
    for (const SpaceInfo& space : spaces)
        rows.push_back(
            {what_of(space.description), time_text(space.used), size_text(space.bytes), space.in_use ? "in use" : ""});
    rows.push_back({"all", "", size_text(bytes), ""});
    std::cout << aligned(rows) << "\nfolder  " << features_folder().string() << "\n";
}

void clear(double keep_gb) {
    const std::uint64_t gone = FeatureCache(features_folder()).shrink_to(static_cast<std::uint64_t>(keep_gb * 1e9));
    std::cout << size_text(gone) << " of features are gone\n";
}

}  // namespace

void add_cache(CLI::App& app, Command& chosen) {
    CLI::App* cache = app.add_subcommand("cache", "Show or clear the features that runs have kept");
    cache->require_subcommand(0, 1);
    const auto json = std::make_shared<bool>(false);
    CLI::App* list_command = cache->add_subcommand("list", "Show what is kept, and how much room it takes");
    list_command->add_flag("--json", *json, "Print one JSON object");
    list_command->callback([json, &chosen] { chosen = [json](const Session&) { list_spaces(*json); }; });
    const auto keep_gb = std::make_shared<double>(0);
    CLI::App* clear_command = cache->add_subcommand("clear", "Delete features that no run is using");
    clear_command->add_option("--keep", *keep_gb, "Only as many as needed to get down to so many GB, oldest first")
        ->type_name("GB")
        ->check(number_in(at_least(0)));
    clear_command->callback([keep_gb, &chosen] { chosen = [keep_gb](const Session&) { clear(*keep_gb); }; });
}

}  // namespace graft
