#include "run/train_run.hpp"

#include "core/clock.hpp"
#include "core/files.hpp"
#include "deploy/model_file.hpp"
#include "graft/core/errors.hpp"
#include "graft/core/version.hpp"
#include "run/batch_sizes.hpp"
#include "run/calibrate.hpp"
#include "run/circumstances.hpp"
#include "run/evaluate_folder.hpp"
#include "run/phase_features.hpp"
#include "run/recipe.hpp"
#include "run/run_folder.hpp"
#include "run/run_phase.hpp"
#include "run/teacher.hpp"

namespace graft {

RunRecord run_training(const RunOptions& options, const Tables& tables, const RunControl& control) {
    const Clock::time_point start = Clock::now();
    Reporter& reporter = control.reporter;

    // Everything is put together before the first image is read.
    expect_apart(options.output, options.data);
    Dataset dataset = read_dataset(options, tables);
    Recipe recipe = make_recipe(options, tables, dataset, control.missing);
    const Task& task = *recipe.task;
    const Backbone backbone = prepare_backbone(options, tables, recipe, control.stop, reporter);
    std::vector<Phase> phases = make_phases(phases_of(options), backbone, recipe.preprocessing, options.head,
                                            std::ssize(task.outputs()), static_cast<std::uint64_t>(options.seed));
    const Phase& deepest = deepest_of(phases);
    const Json identity = identity_of(options, tables, dataset, backbone);
    const RunFolder folder(options.output, control.existing, identity, callback_files(callback_lists(options)),
                           reporter);
    if (control.on_folder) control.on_folder(folder.root());

    // The images are looked at, and what the run is about to do is told.
    tell(dataset.remarks, reporter);
    if (!backbone.note.empty()) reporter.note(backbone.note);
    check_images(dataset, options.data, {folder.skipped(), folder.findings()}, control.stop, reporter);
    RunRecord record{.graft_version = std::string(version_text()),
                     .config = resolved(options, tables),
                     .task = std::string(task.name()),
                     .data = record_of(dataset, task),
                     .precision = options.backbone.precision};
    choose_batch_sizes(phases, options, dataset.train.size(), folder, reporter);
    write_file(folder.split(), split_as_json({dataset.train, dataset.validation}, dataset.classes));
    write_file(folder.config(), pretty(record.config));
    reporter.note(text_of(record.data));
    reporter.note(text_of(record_of(backbone, phases.front())));

    // Phase after phase: features of the frozen part, training of the rest.
    ModelInfo info = model_info(recipe, backbone, deepest.freeze, record.config);
    const auto save = [&](const std::filesystem::path& file) {
        save_model(file, network_of(phases.front(), task, info), info);
    };
    recipe.distillation = ask_teacher(recipe.teacher, dataset, options, control.stop, reporter);
    Trainer trainer(training_parts(recipe, dataset, deepest, folder, identity, save, control.on_epoch),
                    training_options(options, control.is_save_asked), reporter);
    if (folder.resumes()) trainer.resume();
    // At least one: a run that is finished already is told what it was.
    PhaseFeatures features;
    const Phase* last = nullptr;
    for (std::size_t i = trainer.next_phase(); i < phases.size() && (record.phases.empty() || !trainer.ended()); ++i) {
        last = &phases[i];
        info.preprocessing = last->preprocessing;  // of what callbacks save
        prepare_to_train(*last);
        if (phases.size() > 1) reporter.note(text_of(*last, i, phases.size()));
        features = {};  // those of an earlier phase make room first
        features = make_features(options, dataset, backbone, *last, control.stop, reporter);
        record.phases.push_back(run_phase(trainer, *last, features, options, backbone, recipe));
    }
    TrainingResult training = trainer.finish();

    // The model is what the history says it is; the test sees it as deployment will.
    const Phase& kept = phases.at(static_cast<std::size_t>(training.history[training.kept].phase));
    if (&kept != last && asks_features(options, task, dataset))
        features = make_features(options, dataset, backbone, kept, control.stop, reporter);
    info.preprocessing = kept.preprocessing;
    const Calibrated calibrated = calibrate(options, task, dataset, kept, features, reporter);
    apply(calibrated, info);
    features = {};
    save(folder.model());
    record.end = training.end;
    record.reason = training.reason;
    record.kept = training.kept;
    record.kept_because = training.kept_because;
    record.history = std::move(training.history);
    if (!dataset.test.empty() && record.end != TrainingEnd::interrupted)
        record.test = evaluate_test(folder.model(), dataset, options, folder.test(), control.stop, reporter);
    record.calibration = calibrated.record;
    record.drop = drop_between(calibrated.seen, record.test);
    add_circumstances(record, options, start);
    folder.finish(pretty(to_json(record)), record.end);
    return record;
}

}  // namespace graft
