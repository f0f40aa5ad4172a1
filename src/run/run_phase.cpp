#include "run/run_phase.hpp"

#include <utility>

#include "graft/core/errors.hpp"

namespace graft {

PhaseRecord run_phase(Trainer& trainer, const Phase& phase, const PhaseFeatures& features, const RunOptions& options,
                      const Backbone& backbone, const Recipe& recipe) {
    PhaseRecord record{.model = record_of(backbone, phase),
                       .engine = features.trunk->engine(),
                       .frozen_before = hash_of_values(phase.model.trunk),
                       .workers = static_cast<std::int64_t>(features.workers),
                       .images_per_call = features.trunk->images_per_call(),
                       .batch_size = batch_size_of(phase.options)};
    PhaseParts parts = parts_of(phase, features, *recipe.task, options);
    parts.distillation = recipe.distillation;
    parts.callbacks = recipe.phase_callbacks.at(trainer.next_phase());
    trainer.run(std::move(parts));
    record.features = features.record();
    record.frozen_after = hash_of_values(phase.model.trunk);
    if (record.frozen_before != record.frozen_after)
        throw Error("the frozen part changed during training: this is a bug in graft");
    return record;
}

}  // namespace graft
