#include "report/advice.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "core/text.hpp"
#include "report/figures.hpp"

namespace graft {
namespace {

using MaybeAdvice = std::optional<Advice>;

constexpr double kGap = 0.05;  ///< of accuracies: less is noise with usual numbers of images
constexpr std::int64_t kFewTestImages = 200;
constexpr std::int64_t kFewTrainImages = 30;  ///< of a class
constexpr double kImbalance = 3;              ///< largest class to smallest
constexpr float kSure = 0.95F;
constexpr double kFewLeaks = 0.01;  ///< of the test images: near copies that change no verdict

double at_kept(const ReportSource& source, std::string_view metric) {
    if (!source.run || source.run->history.empty()) return kUnknown;
    return source.run->kept_epoch().metric(metric).value_or(kUnknown);
}

std::vector<double> course_of(const RunRecord& run, std::string_view metric) {
    std::vector<double> values;
    for (const EpochRecord& epoch : run.history) values.push_back(epoch.metric(metric).value_or(kUnknown));
    return values;
}

std::int64_t right_of(const ClassificationRecord& record, std::size_t k) { return record.confusion[k][k]; }

std::string images_text(std::int64_t count) { return count_of(static_cast<std::uint64_t>(count), "image"); }

MaybeAdvice interrupted(const ReportSource& source) {
    if (!source.run || source.run->end != TrainingEnd::interrupted || !source.finished) return {};
    return Advice{
        AdviceKind::act, "The run was interrupted.",
        format_text("{} were trained, and nothing was tested.", count_of(source.run->history.size(), "epoch")),
        "The same command with --resume goes on.", ""};
}

MaybeAdvice no_better_than_guessing(const ReportSource& source) {
    const ClassificationRecord* of = source.classification();
    if (of == nullptr || source.test->images == 0) return {};
    const Interval interval = share_interval_of(of->accuracy, source.test->images);
    const double baseline = of->baseline.accuracy;
    if (interval.low > baseline) return {};
    return Advice{
        AdviceKind::act, "The model is no better than one that looks at nothing.",
        format_text("Always answering {} is right for {} of these images.", of->baseline.name, percent(baseline)),
        "Look whether the folders hold what their names say, then at the learning rate and the weights.", "#mistakes"};
}

MaybeAdvice useless_regression(const ReportSource& source) {
    const auto* of = source.test ? std::get_if<RegressionRecord>(&source.test->result) : nullptr;
    if (of == nullptr || !(of->r2 <= 0)) return {};
    return Advice{AdviceKind::act, "The model is no better than always answering the mean.",
                  format_text("R² is {:.2f}; 0 is what the mean reaches.", of->r2),
                  "Look whether images and numbers belong together, then train longer or unfreeze stages.", "#numbers"};
}

std::string leaks_text(std::int64_t equal, std::int64_t near) {
    return format_text("{} {} in the training or validation part.",
                       count_of(static_cast<std::uint64_t>(equal + near), "test image is", "test images are"),
                       near == 0    ? "also"
                       : equal == 0 ? "almost like images"
                                    : "also, or almost,");
}

/// Images that were trained with, or almost, among those that judge.
MaybeAdvice leaks(const ReportSource& source) {
    if (!source.run || !source.findings) return {};
    std::int64_t equal = 0, near = 0;
    for (const RunFinding& finding : source.findings->findings) {
        if (finding.kind == "leaks") equal = finding.in_part("test");
        if (finding.kind == "near_leaks") near = finding.in_part("test");
    }
    const std::int64_t all = equal + near;
    const double share =
        static_cast<double>(all) / static_cast<double>(std::max<std::int64_t>(source.run->data.test, 1));
    if (equal == 0 && share < kFewLeaks) return {};
    return Advice{
        equal > 0 || share > kGap ? AdviceKind::act : AdviceKind::look, leaks_text(equal, near),
        format_text("That is {} of the test, on which the model looks better than it is{}.", percent(share),
                    equal > 0 && near > 0 ? format_text(": {} the same picture, {} almost", equal, near) : ""),
        "Leave them out of one part: graft data check DATA --fix LIST writes a list without them.", "#data"};
}

MaybeAdvice left_out(const ReportSource& source) {
    if (source.left_out.empty()) return {};
    return Advice{AdviceKind::look, format_text("{} could not be used.", count_of(source.left_out.size(), "image")),
                  format_text("The first: {} ({}).", source.left_out.front().name, source.left_out.front().reason),
                  "skipped.json lists them.", ""};
}

MaybeAdvice no_validation(const ReportSource& source) {
    if (!source.run || !source.finished || source.run->data.validation > 0) return {};
    return Advice{AdviceKind::look, "Nothing validated this run.",
                  "Without validation images nobody sees when training should stop.",
                  "Set /data/validation_split to 0.2.", ""};
}

MaybeAdvice overfitting(const ReportSource& source) {
    const double train = at_kept(source, "accuracy"), validation = at_kept(source, "val_accuracy");
    if (!(train - validation > kGap)) return {};
    const std::int64_t images = source.run->data.validation;
    const Interval interval = share_interval_of(validation, images);
    if (interval.high >= train) return {};
    return Advice{
        AdviceKind::act, "The model knows its training images better than new ones.",
        format_text("It is right for {} of the training images and {} of the validation images.", percent(train),
                    percent(validation)),
        std::string("More training images help most; then stronger augmentation, or /head/dropout 0.3") +
            (config_text(*source.run, "/head/hidden") == "[]" ? "." : ", or a smaller head (/head/hidden [])."),
        "#curves"};
}

MaybeAdvice not_done_learning(const ReportSource& source) {
    if (!source.run || !source.finished || source.run->end != TrainingEnd::completed) return {};
    const std::vector<double> course = course_of(*source.run, "val_loss");
    if (course.size() < 3 || source.run->kept + 1 != course.size()) return {};
    const double before = course[course.size() - 3], last = course.back();
    if (!(last < 0.95 * before)) return {};
    return Advice{AdviceKind::look, "Training may have ended too early.",
                  format_text("The validation loss still fell from {} to {} in the last two epochs.",
                              four_digits(before), four_digits(last)),
                  format_text("Train longer: --set /training/epochs={}.", 2 * course.size()), "#curves"};
}

MaybeAdvice plateau(const ReportSource& source) {
    const double train = at_kept(source, "accuracy"), validation = at_kept(source, "val_accuracy");
    if (!(validation < 0.95) || !source.finished || source.run->phases.empty()) return {};
    const bool in_phases = !config_text(*source.run, "/training/phases/0").empty();
    const bool all_frozen = source.run->phases.back().model.trained.empty();
    if (!all_frozen || source.run->kept + 2 >= source.run->history.size()) return {};
    return Advice{
        AdviceKind::act, "The frozen network gives no more.",
        format_text("Validation accuracy was best in epoch {} ({}), and {} later epochs brought nothing; "
                    "the training images reach {}.",
                    source.run->kept_epoch().epoch + 1, percent(validation),
                    source.run->history.size() - 1 - source.run->kept, percent(train)),
        std::string("Train the network too (docs/fine-tuning.md): ") +
            (in_phases ? "a phase {\"train\": \"all\"} after the head's." : "graft config init --recipe fine_tune."),
        "#curves"};
}

MaybeAdvice few_training_images(const ReportSource& source) {
    if (!source.run || source.run->data.heading != "class" || source.run->data.classes.empty()) return {};
    const auto fewest = std::ranges::min_element(source.run->data.classes, {}, &DataRecord::Class::train);
    if (fewest->train >= kFewTrainImages) return {};
    const auto classes =
        std::ranges::count_if(source.run->data.classes, [](const auto& c) { return c.train < kFewTrainImages; });
    return Advice{
        AdviceKind::look,
        format_text("{} fewer than {} training images.",
                    classes == 1 ? fewest->name + " has" : format_text("{} classes have", classes), kFewTrainImages),
        format_text("The fewest: {} with {}.", fewest->name, images_text(fewest->train)),
        "More images of these classes help more than any setting.", "#classes"};
}

MaybeAdvice imbalance(const ReportSource& source) {
    if (!source.run || source.task() != "classification" || source.run->data.classes.size() < 2) return {};
    const auto [fewest, most] = std::ranges::minmax_element(source.run->data.classes, {}, &DataRecord::Class::train);
    const double ratio =
        static_cast<double>(most->train) / static_cast<double>(std::max<std::int64_t>(fewest->train, 1));
    const std::string weights = config_text(*source.run, "/training/loss/class_weights");
    if (ratio < kImbalance || (!weights.empty() && weights != "none")) return {};
    return Advice{AdviceKind::look, "The classes are of very different sizes.",
                  format_text("{} has {:.1f} times as many training images as {} ({} and {}): what is common is "
                              "answered too often.",
                              most->name, ratio, fewest->name, with_commas(most->train), with_commas(fewest->train)),
                  "Try /training/loss {\"name\": \"cross_entropy\", \"class_weights\": \"balanced\"}, and judge by "
                  "macro_f1.",
                  "#classes"};
}

MaybeAdvice weakest_class(const ReportSource& source) {
    const ClassificationRecord* of = source.classification();
    if (of == nullptr || of->classes.size() < 3) return {};
    std::optional<std::size_t> weakest;
    for (std::size_t k = 0; k < of->classes.size(); ++k)
        if (of->classes[k].support > 0 && (!weakest || of->classes[k].recall < of->classes[*weakest].recall))
            weakest = k;
    if (!weakest || of->classes[*weakest].recall > of->accuracy - kGap) return {};
    const ClassRecord& c = of->classes[*weakest];
    const Interval interval = share_interval(right_of(*of, *weakest), c.support);
    const std::string figures =
        format_text("{} of {} were found ({}; 95 % interval {} to {}).", with_commas(right_of(*of, *weakest)),
                    images_text(c.support), percent(c.recall), percent(interval.low), percent(interval.high));
    const bool sure = interval.high < of->accuracy;
    return Advice{sure ? AdviceKind::act : AdviceKind::look, format_text("The weakest class is {}.", c.name),
                  figures + (sure ? "" : " With so few images that may be chance."),
                  "Look at what it is taken for, and add images like those.", "#confusion"};
}

MaybeAdvice confused_classes(const ReportSource& source) {
    const ClassificationRecord* of = source.classification();
    if (of == nullptr || of->classes.size() < 3) return {};
    const std::vector<ConfusedCell> cells = confused_cells(of->confusion);
    std::int64_t wrong = 0;
    for (const ConfusedCell& cell : cells) wrong += cell.count;
    if (cells.empty() || cells.front().count < 3) return {};
    const ConfusedCell& worst = cells.front();
    return Advice{AdviceKind::look,
                  format_text("The commonest mistake: {} is taken for {}.", of->classes[worst.truth].name,
                              of->classes[worst.predicted].name),
                  format_text("{} of all {} mistakes.", with_commas(worst.count), with_commas(wrong)),
                  "If people confuse them too, look at the labels; else add images that show the difference.",
                  "#confusion"};
}

MaybeAdvice sure_and_wrong(const ReportSource& source) {
    const auto& images = source.predictions.classes;
    const auto count = std::ranges::count_if(
        images, [](const ClassPrediction& image) { return !image.right() && image.confidence >= kSure; });
    if (count == 0) return {};
    return Advice{AdviceKind::look,
                  format_text("In {} the model was more than 95 % sure.",
                              count == 1 ? "one mistake" : format_text("{} mistakes", with_commas(count))),
                  "Where a model is sure and wrong, the label is often wrong.", "Look at these images first.",
                  "#mistakes"};
}

MaybeAdvice test_differs(const ReportSource& source) {
    const ClassificationRecord* of = source.classification();
    const double validation = at_kept(source, "val_accuracy");
    if (of == nullptr || !(validation - of->accuracy > kGap)) return {};
    const Interval interval = share_interval_of(of->accuracy, source.test->images);
    if (interval.high >= validation) return {};
    return Advice{AdviceKind::act, "The test images are harder than the validation images.",
                  format_text("{} of the validation images were right, {} of the test images.", percent(validation),
                              percent(of->accuracy)),
                  "Either they differ (camera, place, time), or validation holds near copies of training images: "
                  "/data/group_pattern keeps those together.",
                  ""};
}

MaybeAdvice too_sure(const ReportSource& source) {
    const ClassificationRecord* of = source.classification();
    if (of == nullptr || of->reliability.bins.empty() || of->reliability.ece < 0.05) return {};
    double confidence = 0, images = 0;
    for (const ReliabilityBin& bin : of->reliability.bins) {
        confidence += bin.confidence * static_cast<double>(bin.images);
        images += static_cast<double>(bin.images);
    }
    confidence /= std::max(images, 1.0);
    return Advice{
        AdviceKind::look,
        confidence > of->accuracy ? "The probabilities promise too much." : "The probabilities promise too little.",
        format_text("On average the model is {} sure and {} right.", percent(confidence), percent(of->accuracy)),
        "Do not take them at their word where it matters.", "#reliability"};
}

MaybeAdvice few_test_images(const ReportSource& source) {
    const ClassificationRecord* of = source.classification();
    if (of == nullptr || source.test->images >= kFewTestImages) return {};
    const Interval interval = share_interval_of(of->accuracy, source.test->images);
    return Advice{AdviceKind::look,
                  format_text("{} are few.", count_of(static_cast<std::uint64_t>(source.test->images), "test image")),
                  format_text("The accuracy may be anywhere from {} to {}; differences between models within that "
                              "range mean little.",
                              percent(interval.low), percent(interval.high)),
                  "Four times as many images halve the range.", ""};
}

MaybeAdvice weakest_label(const ReportSource& source) {
    const auto* of = source.test ? std::get_if<MultiLabelRecord>(&source.test->result) : nullptr;
    if (of == nullptr) return {};
    const LabelRecord* weakest = nullptr;
    for (const LabelRecord& label : of->classes)
        if (label.support > 0 && (weakest == nullptr || label.average_precision < weakest->average_precision))
            weakest = &label;
    if (weakest == nullptr || weakest->average_precision > of->mean_average_precision - kGap) return {};
    return Advice{
        AdviceKind::look, format_text("The weakest label is {}.", weakest->name),
        format_text("Its average precision is {} (mean of all: {}); {} of the test images have it.",
                    percent(weakest->average_precision), percent(of->mean_average_precision), weakest->support),
        "Look whether it is said of all images that show it, and add images that do.", "#labels"};
}

MaybeAdvice all_is_well(const ReportSource& source) {
    if (!source.finished || !source.test) return {};
    return Advice{AdviceKind::fine, "Nothing stands out.", "No rule of this report found anything to mend.", "", ""};
}

constexpr std::array kRules = {interrupted,
                               no_better_than_guessing,
                               useless_regression,
                               leaks,
                               overfitting,
                               test_differs,
                               plateau,
                               weakest_class,
                               weakest_label,
                               not_done_learning,
                               confused_classes,
                               sure_and_wrong,
                               imbalance,
                               few_training_images,
                               too_sure,
                               few_test_images,
                               no_validation,
                               left_out};

}  // namespace

std::vector<Advice> advice_for(const ReportSource& source) {
    std::vector<Advice> found;
    for (const auto rule : kRules)
        if (MaybeAdvice advice = rule(source)) found.push_back(std::move(*advice));
    std::ranges::stable_sort(found, {}, &Advice::kind);
    if (found.empty())
        if (MaybeAdvice advice = all_is_well(source)) found.push_back(std::move(*advice));
    return found;
}

}  // namespace graft
