#include "run/calibrate.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/softmax.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <algorithm>
#include <span>
#include <utility>

#include "core/text.hpp"
#include "data/part.hpp"
#include "graft/core/errors.hpp"
#include "run/reference_images.hpp"
#include "run/untrained_outputs.hpp"
#include "statistics/intervals.hpp"
#include "statistics/temperature.hpp"
#include "train/training_set.hpp"

namespace graft {
namespace {

/// What a module, as it is now, makes of the features of images: a row for each. @throws Interrupted
at::Tensor outputs_of(TorchModule module, FeatureSource& features, Reporter& reporter) {
    constexpr std::size_t kBatch = 256;
    const torch::jit::GraphOptimizerEnabledGuard plain(false);  // as the trainer validates
    const at::NoGradGuard no_grad;
    module.eval();
    features.prepare(0, reporter);  // nobody has, where another phase was trained last, or none was
    std::vector<at::Tensor> outputs;
    features.for_each_batch(in_their_order(features.count()), 0, kBatch, [&](const Batch& batch) {
        outputs.push_back(module.forward({batch.features}).toTensor());
    });
    return at::cat(outputs);
}

/// Scores [N,K].
at::Tensor scores_of(const Phase& phase, FeatureSource& features, Reporter& reporter) {
    return outputs_of(phase.model.scion, features, reporter);
}

/// What the classifier makes its scores of. float32 [N,C]
at::Tensor vectors_of(const Phase& phase, FeatureSource& features, Reporter& reporter) {
    return outputs_of(up_to_classifier(phase.model.scion), features, reporter).to(at::kFloat);
}

/// Scores of classes, and the classes. [N,K] row by row, [N]
struct LabelledScores {
    std::span<const float> scores;
    std::vector<std::int64_t> labels;

    /// @param rows float32, contiguous, outlives this
    LabelledScores(const at::Tensor& rows, std::span<const Sample> samples)
        : scores(rows.const_data_ptr<float>(), static_cast<std::size_t>(rows.numel())) {
        for (const Sample& sample : samples) labels.push_back(sample.label);
    }
    [[nodiscard]] std::size_t classes() const { return scores.size() / labels.size(); }
    [[nodiscard]] std::vector<Confidence> confidences(double temperature) const {
        std::vector<Confidence> all;
        for (std::size_t i = 0; i < labels.size(); ++i)
            all.push_back(confidence_of(scores.subspan(i * classes(), classes()), labels[i], temperature));
        return all;
    }
};

/// What the temperature has made of the images: their confidences without it and with it.
CalibrationRecord temperature_record(const TemperatureFit& fit, std::span<const Confidence> before,
                                     std::span<const Confidence> after, std::size_t classes, Reporter& reporter) {
    const BootstrapRecord bootstrap = bootstrap_of(std::ssize(before), static_cast<std::int64_t>(classes));
    CalibrationRecord record{.temperature = fit.temperature,
                             .images = std::ssize(before),
                             .before = reliability_of(before, bootstrap),
                             .after = {},
                             .reason = fit.reason};
    record.after = fit.temperature == 1 ? record.before : reliability_of(after, bootstrap);
    if (fit.reason.empty())
        reporter.note(format_text(
            "calibrated on {}: temperature {:.3f}, expected calibration error {:.4f} before, "
            "{:.4f} after",
            count_of(before.size(), "validation image"), fit.temperature, record.before.ece, record.after.ece));
    else
        reporter.note("not calibrated: " + fit.reason);
    return record;
}

struct FoundConfidence {
    std::optional<double> least;  ///< from which on the asked share of the images is right
    double highest_accuracy = 0;  ///< from any probability on
};

FoundConfidence confidence_for(double accuracy, std::vector<Confidence> ranked) {
    std::ranges::sort(ranked, std::greater(), &Confidence::probability);
    double right = 0;
    FoundConfidence found;
    for (std::size_t i = 0; i < ranked.size(); ++i) {
        right += ranked[i].right ? 1 : 0;
        const bool last_as_sure = i + 1 == ranked.size() || ranked[i + 1].probability != ranked[i].probability;
        if (!last_as_sure) continue;
        const double share = right / static_cast<double>(i + 1);
        found.highest_accuracy = std::max(found.highest_accuracy, share);
        if (share >= accuracy) found.least = static_cast<double>(ranked[i].probability);
    }
    return found;
}

/// Those that the model answers whatever their confidence.
std::vector<Confidence> answered(const ValidationImages& images, Decision decision) {
    decision.min_confidence = 0;
    const at::Tensor probabilities = at::softmax(images.scores / images.temperature, 1).contiguous();  // [N,K]
    const auto classes = static_cast<std::size_t>(images.scores.size(1));
    std::vector<Confidence> all;
    for (std::size_t i = 0; i < images.confidences.size(); ++i) {
        const std::span row(probabilities.const_data_ptr<float>() + i * classes, classes);
        const double distance = images.distances.empty() ? kUnknown : double{images.distances[i]};
        if (decision.answers(row, distance)) all.push_back(images.confidences[i]);
    }
    return all;
}

/// Keeps what training images are compared by, and gives the distances of the validation images.
std::vector<float> compare_with_training(const DecisionOptions& options, const Phase& phase,
                                         const PhaseFeatures& features, Calibrated& calibrated, Reporter& reporter) {
    if (!options.asks_distance()) return {};
    calibrated.references =
        make_reference_vectors(vectors_of(phase, *features.references, reporter), options.neighbour);
    if (features.validation->count() == 0) return {};
    return distances_from(*calibrated.references, vectors_of(phase, *features.validation, reporter));
}

void tell_distance(const Calibrated& calibrated, std::span<const float> distances, Reporter& reporter) {
    if (!calibrated.references) return;
    const double limit = *calibrated.decision.max_distance;
    const auto near = std::ranges::count_if(distances, [&](float distance) { return distance <= limit; });
    std::string text =
        format_text("unknown is what is farther than {} from number {} of the nearest of {}", limit,
                    calibrated.references->neighbour, count_of(calibrated.references->images, "training image"));
    if (!distances.empty())
        text += format_text("; {} of {} are nearer", near, count_of(distances.size(), "validation image"));
    reporter.note(text);
}

DropRecord recalls(PartKind part, std::span<const std::int64_t> labels, std::span<const Confidence> images,
                   const std::vector<std::string>& classes) {
    DropRecord seen{.part = std::string(text_of(part)), .classes = std::vector<ClassDrop>(classes.size())};
    for (std::size_t i = 0; i < images.size(); ++i) {
        ClassDrop& row = seen.classes[static_cast<std::size_t>(labels[i])];
        ++row.seen_images;
        row.seen_recall += images[i].right ? 1 : 0;
    }
    for (std::size_t k = 0; k < classes.size(); ++k) {
        ClassDrop& row = seen.classes[k];
        row.name = classes[k];
        row.seen_interval = wilson(static_cast<std::int64_t>(row.seen_recall), row.seen_images);
        row.seen_recall /= std::max(static_cast<double>(row.seen_images), 1.0);
    }
    return seen;
}

void calibrate_classes(const RunOptions& options, const Task& task, const at::Tensor& scores,
                       std::span<const Sample> samples, std::span<const float> distances, Calibrated& calibrated,
                       Reporter& reporter) {
    const at::Tensor rows = scores.to(at::kFloat).contiguous();
    const LabelledScores validation(rows, samples);
    const bool asked = options.calibration != Calibration::none;
    const TemperatureFit fit = asked ? fit_temperature(validation.scores, validation.labels) : TemperatureFit();
    const std::vector<Confidence> before = validation.confidences(1);
    const std::vector<Confidence> after = fit.temperature == 1 ? before : validation.confidences(fit.temperature);
    calibrated.seen = recalls(PartKind::validation, validation.labels, before, task.outputs());
    if (asked) calibrated.record = temperature_record(fit, before, after, validation.classes(), reporter);
    calibrated.decision = decide(options.decision, {rows, after, fit.temperature, distances}, reporter);
}

bool asks_validation(const Task& task, const Dataset& dataset) {
    return !dataset.validation.empty() && (task.kind() == TaskKind::classification || task.chooses_thresholds());
}

void expect_neighbours(std::int64_t neighbour, const Dataset& dataset, std::vector<std::string>& problems) {
    const auto kept = std::ssize(reference_images(dataset.train, dataset.classes.size()));
    if (neighbour > kept)
        problems.push_back(
            format_text("/decision/neighbour: expected at most {}, the training images that the model "
                        "keeps, got {}",
                        kept, neighbour));
}

/// Where nothing validates: how the network does on the images that it was trained with. Nothing where that would cost
/// more than a head's pass over vectors that are kept; of augmented images the first view is asked.
std::optional<DropRecord> recalls_in_training(const RunOptions& options, const Task& task, const Phase& phase,
                                              const PhaseFeatures& features, Reporter& reporter) {
    const bool one_phase = phases_of(options).size() == 1;  // else the features may be another one's
    if (!one_phase || !phase.model.trained_stages.empty() || !features.train || !features.train->kept()) return {};
    const at::Tensor rows = scores_of(phase, *features.train, reporter).to(at::kFloat).contiguous();
    const LabelledScores train(rows, features.train->samples());
    return recalls(PartKind::train, train.labels, train.confidences(1), task.outputs());
}

}  // namespace

bool asks_features(const RunOptions& options, const Task& task, const Dataset& dataset) {
    return options.decision.asks_distance() || asks_validation(task, dataset);
}

Calibrated calibrate(const RunOptions& options, const Task& task, const Dataset& dataset, const Phase& phase,
                     const PhaseFeatures& features, Reporter& reporter) {
    const bool classes = task.kind() == TaskKind::classification;
    // Steps have moved their scores a little; smoothed targets, more.
    const std::vector<std::int64_t> untrained = untrained_outputs(task, dataset.train);
    never_find(phase.model.scion.attr("head").toModule(), untrained);
    Calibrated calibrated{.thresholds = task.thresholds()};
    if (classes) calibrated.decision = options.decision;
    if (classes && dataset.validation.empty() && options.calibration != Calibration::none)
        calibrated.record = CalibrationRecord{.reason = "there are no validation images"};
    try {
        if (classes && dataset.validation.empty() && !dataset.test.empty())
            calibrated.seen = recalls_in_training(options, task, phase, features, reporter);
        if (!asks_features(options, task, dataset)) return calibrated;
        const std::vector<float> distances =
            compare_with_training(options.decision, phase, features, calibrated, reporter);
        if (!asks_validation(task, dataset)) {
            tell_distance(calibrated, distances, reporter);
            return calibrated;
        }
        const std::span<const Sample> samples = features.validation->samples();
        const at::Tensor scores = scores_of(phase, *features.validation, reporter);
        if (classes) {
            calibrate_classes(options, task, scores, samples, distances, calibrated, reporter);
            tell_distance(calibrated, distances, reporter);
        } else {
            const Thresholds chosen = task.choose_thresholds(scores, task.targets(samples));
            for (const std::string& remark : chosen.remarks) reporter.warn(remark);
            const std::vector<float> usual = std::exchange(calibrated.thresholds, chosen.values);
            for (const auto k : untrained)  // a score that all images share would find it in all of them
                calibrated.thresholds.at(static_cast<std::size_t>(k)) = usual.at(static_cast<std::size_t>(k));
        }
    } catch (const Interrupted&) {
        calibrated.decision.max_distance.reset();
        calibrated.references.reset();
    }
    return calibrated;
}

Decision decide(const DecisionOptions& options, const ValidationImages& images, Reporter& reporter) {
    Decision decision = options;
    if (options.known_share) decision.max_distance = distance_for(*options.known_share, images.distances);
    if (!options.accuracy) return decision;
    const FoundConfidence found = confidence_for(*options.accuracy, answered(images, decision));
    decision.min_confidence = found.least.value_or(0);
    if (!found.least)
        reporter.warn(
            format_text("/decision/accuracy: no probability gives {} on the validation images, the highest "
                        "accuracy is {:.4f}: the model {}",
                        *options.accuracy, found.highest_accuracy,
                        decision.max_distance     ? "answers by margin and distance alone"
                        : decision.min_margin > 0 ? "answers by its margin alone"
                                                  : "always answers"));
    return decision;
}

void apply(const Calibrated& calibrated, ModelInfo& info) {
    info.thresholds = calibrated.thresholds;
    info.temperature = calibrated.record ? calibrated.record->temperature : 1;
    info.decision = calibrated.decision;
    info.references = calibrated.references;
}

std::optional<DropRecord> drop_between(const std::optional<DropRecord>& seen,
                                       const std::optional<EvaluationRecord>& test) {
    if (!seen || !test) return std::nullopt;
    DropRecord drop{.part = seen->part, .classes = {}};
    const std::vector<ClassRecord>& tested = test->classification().classes;
    for (std::size_t k = 0; k < tested.size(); ++k) {
        ClassDrop row = seen->classes[k];
        if (row.seen_images == 0 || tested[k].support == 0) continue;
        row.test_images = tested[k].support;
        row.test_recall = tested[k].recall;
        row.test_interval = tested[k].recall_interval;
        drop.classes.push_back(row);
    }
    std::ranges::stable_sort(drop.classes, std::greater(),
                             [](const ClassDrop& row) { return row.seen_recall - row.test_recall; });
    return drop;
}

void expect_can_be_calibrated(const RunOptions& options, const Task& task, const Dataset& dataset) {
    std::vector<std::string> problems;
    const auto refuse = [&](const std::string& key, const std::string& what) {
        if (task.kind() != TaskKind::classification)
            problems.push_back(format_text("{}: is for classification, not for {}", key, task.name()));
        else if (dataset.validation.empty())
            problems.push_back(
                format_text("{}: {} on validation images, and there are none: give some "
                            "(/data/validation_split, /data/validation)",
                            key, what));
    };
    if (options.calibration == Calibration::temperature) refuse("/calibration", "is fitted");
    if (options.decision.accuracy) refuse("/decision/accuracy", "is looked for");
    if (options.decision.known_share) refuse("/decision/known_share", "is looked for");
    if (options.decision.asks_distance() && task.kind() == TaskKind::classification)
        expect_neighbours(options.decision.neighbour, dataset, problems);
    if (options.decision.may_refuse() && task.kind() != TaskKind::classification)
        problems.push_back(format_text("/decision: is for classification, not for {}", task.name()));
    if (!problems.empty()) throw ConfigError(problems);
}

}  // namespace graft
