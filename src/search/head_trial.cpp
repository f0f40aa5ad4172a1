#include "search/head_trial.hpp"

#include <mutex>
#include <optional>
#include <utility>

#include "run/callback_files.hpp"
#include "run/untrained_outputs.hpp"

namespace graft {
namespace {

/// Modules are compiled one at a time.
std::mutex& compiler() {
    static std::mutex mutex;
    return mutex;
}

}  // namespace

HeadTrial::HeadTrial(RunOptions options, const Tables& tables, const SharedFeatures& shared, std::size_t fold,
                     std::stop_token stop)
    : train_(shared.train(), shared.folds[fold].train, stop),
      validation_(shared.validation(), shared.folds[fold].validation, stop) {
    std::erase_if(options.callbacks, writes_files);
    for (PhaseOptions& each : options.training.phases) std::erase_if(each.callbacks, writes_files);
    const std::scoped_lock one_at_a_time(compiler());
    const Dataset& dataset = shared.folds[fold].dataset;
    const Recipe recipe = make_recipe(options, tables, dataset, shared.recipe);
    const Task& task = *recipe.task;
    const Phase phase = make_head_phase(phases_of(options).front(), shared.backbone, options.head,
                                        std::ssize(task.outputs()), static_cast<std::uint64_t>(options.seed));
    std::optional<TrainingSet> validation;
    if (validation_.count() > 0) validation = {&validation_, task.targets(dataset.validation), {}};
    PhaseParts parts = parts_of(phase, {&train_, task.targets(dataset.train), weights_of(dataset.train)},
                                std::move(validation), untrained_outputs(task, dataset.train), options);
    parts.callbacks = recipe.phase_callbacks.front();
    parts.pass = head_pass(phase.model.scion, options.head.dropout);
    trainer_ = std::make_unique<Trainer>(TrainingParts{.task = recipe.task,
                                                       .metrics = recipe.metrics,
                                                       .loss = recipe.loss,
                                                       .validation_loss = recipe.validation_loss,
                                                       .weights = phase.model.scion,
                                                       .callbacks = recipe.callbacks,
                                                       .has_validation = validation_.count() > 0,
                                                       .save_model = [](const std::filesystem::path&) {}},
                                         training_options(options, {}), silent_);
    trainer_->begin(std::move(parts));
}

}  // namespace graft
