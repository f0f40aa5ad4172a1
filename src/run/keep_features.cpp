#include "run/keep_features.hpp"

#include <cstdio>
#include <string>

#include "core/folders.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

constexpr double kBytesPerGb = 1e9;
constexpr double kShareOfFreeSpace = 0.8;

std::string gigabytes(double bytes) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f GB", bytes / kBytesPerGb);
    return text;
}

/// All that a feature is a function of, but for the image's bytes and the number of the view.
Json description_of(const AssembledRun& run, const ViewRenderer& renderer, ViewKind kind) {
    Json description = {{"backbone", run.backbone.architecture.name},
                        {"weights", run.backbone.weights_hash},
                        {"precision", run.resolved_config.at("backbone").at("precision")},
                        {"frozen", run.model.frozen_stages},
                        {"shape", run.model.feature_shape}};
    if (run.model.trained_stages.empty()) description["pooling"] = run.resolved_config.at("head").at("pooling");
    description.update(renderer.recipe(kind));
    return description;
}

/// Makes room among the features of earlier runs. False: what is allowed or free is too little.
bool has_room(const FeatureCache& cache, const fs::path& folder, double needed, double allowed) {
    if (needed > allowed) return false;
    cache.shrink_to(static_cast<std::uint64_t>(allowed - needed));
    return needed <= kShareOfFreeSpace * static_cast<double>(fs::space(folder).available);
}

}  // namespace

void keep_features(const AssembledRun& run, std::span<const PartFeatures> parts, const ViewRenderer& renderer,
                   Reporter& reporter) {
    const FeatureOptions& options = run.config.features;
    if (run.model.frozen_stages.empty() || options.keep == FeatureKeeping::none) return;
    const fs::path shared = cache_folder();
    const bool for_this_run = options.keep == FeatureKeeping::run || shared.empty();
    const fs::path folder = for_this_run ? fs::path(run.config.output) : shared / "features";
    const auto for_the_run_alone = [&](const PartFeatures& part) {
        return LeasedSpace{nullptr, FeatureSpace::temporary(run.config.output, part.features->size(), options.type)};
    };
    double needed = 0;
    for (const PartFeatures& part : parts) needed += static_cast<double>(part.features->bytes(options.type));
    try {
        fs::create_directories(folder);
        const FeatureCache cache(folder);
        std::vector<LeasedSpace> spaces;  // opened before room is made: what this run finds again must stay
        for (const PartFeatures& part : parts)
            spaces.push_back(for_this_run ? for_the_run_alone(part)
                                          : cache.open(description_of(run, renderer, part.kind), part.features->size(),
                                                       options.type));
        if (!has_room(for_this_run ? FeatureCache({}) : cache, folder, needed, options.limit_gb * kBytesPerGb))
            return reporter.note("the features of all views would take " + gigabytes(needed) +
                                 ", more than /features/limit_gb or the disk of " + folder.string() +
                                 " allows: they are computed anew in each epoch");
        for (std::size_t i = 0; i < parts.size(); ++i) parts[i].features->keep_in(std::move(spaces[i]));
    } catch (const std::exception& error) {
        if (for_this_run) throw;
        reporter.warn(std::string("features are kept for this run alone: ") + error.what());
        for (const PartFeatures& part : parts) part.features->keep_in(for_the_run_alone(part));
    }
}

}  // namespace graft
