#include "search/shared_features.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "run/run_folder.hpp"

namespace graft {
namespace {

/// Adds the samples that are not there yet.
class Union {
public:
    explicit Union(std::vector<Sample>& samples) : samples_(samples) {}
    void add(std::span<const Sample> more) {
        for (const Sample& sample : more)
            if (places_.try_emplace(sample.name, samples_.size()).second) samples_.push_back(sample);
    }

private:
    std::vector<Sample>& samples_;
    std::unordered_map<std::string, std::size_t> places_;
};

/// Every image of the folds: what may train, and what validates where that is seen otherwise.
Dataset all_images(std::span<const Dataset> folds, const RunOptions& options) {
    Dataset all{.classes = folds.front().classes,
                .targets = folds.front().targets,
                .is_list = folds.front().is_list,
                .remarks = folds.front().remarks};
    Union train(all.train), validation(all.validation);
    for (const Dataset& fold : folds) train.add(fold.train);
    for (const Dataset& fold : folds) (augments(options) ? validation : train).add(fold.validation);
    return all;
}

/// Where each sample of a fold has its feature. Samples that were left out as bad leave the fold.
std::vector<std::size_t> places_in(std::span<const Sample> all, std::vector<Sample>& samples) {
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < all.size(); ++i) places.emplace(all[i].name, i);
    std::erase_if(samples, [&](const Sample& sample) { return !places.contains(sample.name); });
    std::vector<std::size_t> found;
    for (const Sample& sample : samples) found.push_back(places.at(sample.name));
    return found;
}

/// Features that are computed anew for every reader would be no saving.
void expect_kept(const SharedFeatures& shared) {
    if (shared.train().kept() && shared.validation().kept()) return;
    throw ConfigError(
        "/features/limit_gb: the features that all trainings are to share take more room than is allowed or free "
        "(see above): allow more, or fewer /features/views");
}

}  // namespace

bool trains_head_alone(const RunOptions& options) {
    const std::vector<PhaseOptions> phases = phases_of(options);
    if (phases.size() != 1 || options.training.distillation.teacher) return false;
    return phases.front().train.empty() ? phases.front().freeze == "all" : phases.front().train == "head";
}

bool augments(const RunOptions& options) { return enabled(options.augmentation) && phases_of(options).front().augment; }

std::unique_ptr<SharedFeatures> share_features(RunOptions options, const Tables& tables, std::span<const Dataset> folds,
                                               const SearchControl& control) {
    if (options.features.keep == FeatureKeeping::none) options.features.keep = FeatureKeeping::run;
    auto shared = std::make_unique<SharedFeatures>();
    shared->recipe = make_recipe(options, tables, folds.front(), control.missing);
    const Recipe& recipe = shared->recipe;
    shared->backbone = prepare_backbone(options, tables, recipe, control.stop, control.reporter);
    Dataset all = all_images(folds, options);
    tell(all.remarks, control.reporter);
    if (!shared->backbone.note.empty()) control.reporter.note(shared->backbone.note);
    check_images(all, options.data, {std::filesystem::path(options.output) / "skipped.json"}, control.stop,
                 control.reporter);
    const std::vector<Phase> phases =
        make_phases(phases_of(options), shared->backbone, recipe.preprocessing, options.head,
                    std::ssize(recipe.task->outputs()), static_cast<std::uint64_t>(options.seed));
    shared->features = make_features(options, all, shared->backbone, phases.front(), control.stop, control.reporter);
    expect_kept(*shared);
    for (std::int64_t view = 0; view < shared->features.train->views(); ++view)  // a head that is fitted reads them all
        shared->features.train->prepare(view, control.reporter);
    shared->features.validation->prepare(0, control.reporter);
    for (const Dataset& fold : folds) {
        FeatureFold placed{.dataset = fold};
        placed.dataset.test.clear();
        placed.train = places_in(shared->train().samples(), placed.dataset.train);
        placed.validation = places_in(shared->validation().samples(), placed.dataset.validation);
        shared->folds.push_back(std::move(placed));
    }
    return shared;
}

}  // namespace graft
