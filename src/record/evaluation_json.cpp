#include "record/evaluation_json.hpp"

#include <cmath>

#include "core/text.hpp"
#include "record/task_kind.hpp"
#include "record/unknown_numbers.hpp"

namespace graft {
namespace {

/// Empty where there is none.
Json list_at(const Json& json, const char* key) { return json.contains(key) ? json.at(key) : Json::array(); }
Interval interval_at(const Json& json, const char* key) {
    return json.contains(key) ? interval_from_json(json.at(key)) : Interval{};
}

/// Each number by its name, and the intervals of those that have one.
void add_figures(Json& json, const ClassificationRecord& record) {
    if (record.figures.empty()) return;
    Json better = Json::object(), intervals = Json::object();
    for (const MeasuredMetric& figure : record.figures) {
        if (!figure.name.starts_with("top_")) json[figure.name] = number_or_null(figure.value);
        better[figure.name] = figure.more_is_better ? "max" : "min";
        intervals[figure.name] = to_json(figure.interval);
    }
    json["better"] = better;
    json["intervals"] = intervals;
    json["bootstrap"] = {{"resamples", record.bootstrap.resamples},
                         {"ranking_resamples", record.bootstrap.ranking_resamples},
                         {"seed", record.bootstrap.seed}};
}

void read_figures(const Json& json, ClassificationRecord& record) {
    if (!json.contains("better")) return;
    for (const auto& [name, better] : json.at("better").items()) {
        const bool top = name.starts_with("top_");
        record.figures.push_back({name, number_or_nan(top ? json.at("top_k") : json, name.substr(top ? 4 : 0).c_str()),
                                  better == "max", interval_at(json.at("intervals"), name.c_str())});
    }
    const Json& bootstrap = json.at("bootstrap");
    record.bootstrap = {.resamples = bootstrap.at("resamples"),
                        .ranking_resamples = bootstrap.at("ranking_resamples"),
                        .seed = bootstrap.at("seed")};
}

Json class_json(const ClassRecord& c) {
    return {{"name", c.name},
            {"precision", c.precision},
            {"recall", c.recall},
            {"f1", c.f1},
            {"support", c.support},
            {"predicted", c.predicted},
            {"precision_interval", to_json(c.precision_interval)},
            {"recall_interval", to_json(c.recall_interval)},
            {"roc_auc", number_or_null(c.roc_auc)},
            {"average_precision", number_or_null(c.average_precision)}};
}

ClassRecord class_from_json(const Json& json) {
    return {.name = json.at("name"),
            .precision = json.at("precision"),
            .recall = json.at("recall"),
            .f1 = json.at("f1"),
            .support = json.at("support"),
            .predicted = json.value("predicted", std::int64_t{0}),
            .precision_interval = interval_at(json, "precision_interval"),
            .recall_interval = interval_at(json, "recall_interval"),
            .roc_auc = number_or_nan(json, "roc_auc"),
            .average_precision = number_or_nan(json, "average_precision")};
}

/// Counts as shares of each true class; a class without images has zeros.
Json normalised(const std::vector<std::vector<std::int64_t>>& confusion) {
    Json rows = Json::array();
    for (const std::vector<std::int64_t>& counts : confusion) {
        double sum = 0;
        for (const std::int64_t count : counts) sum += static_cast<double>(count);
        Json row = Json::array();
        for (const std::int64_t count : counts) row.push_back(sum > 0 ? static_cast<double>(count) / sum : 0);
        rows.push_back(row);
    }
    return rows;
}

void add_lists(Json& json, const ClassificationRecord& record) {
    json["confused"] = Json::array();
    for (const ConfusedPair& pair : record.confused)
        json["confused"].push_back(
            {{"class", pair.name}, {"predicted", pair.predicted}, {"images", pair.images}, {"share", pair.share}});
    json["coverage"] = Json::array();
    for (const CoveragePoint& point : record.coverage)
        json["coverage"].push_back({{"min_confidence", point.min_confidence},
                                    {"coverage", point.coverage},
                                    {"accuracy", number_or_null(point.accuracy)}});
    if (record.folders.empty()) return;
    json["sub_folders"] = Json::array();
    for (const FolderRecord& folder : record.folders)
        json["sub_folders"].push_back({{"name", folder.name},
                                       {"images", folder.images},
                                       {"right", folder.right},
                                       {"accuracy", folder.accuracy},
                                       {"interval", to_json(folder.interval)}});
}

void read_lists(const Json& json, ClassificationRecord& record) {
    for (const Json& pair : list_at(json, "confused"))
        record.confused.push_back({pair.at("class"), pair.at("predicted"), pair.at("images"), pair.at("share")});
    for (const Json& point : list_at(json, "coverage"))
        record.coverage.push_back({point.at("min_confidence"), point.at("coverage"), number_or_nan(point, "accuracy")});
    for (const Json& folder : list_at(json, "sub_folders"))
        record.folders.push_back({folder.at("name"), folder.at("images"), folder.at("right"), folder.at("accuracy"),
                                  interval_at(folder, "interval")});
}

void add_json(Json& json, const ClassificationRecord& record) {
    json.update({{"accuracy", record.accuracy}, {"loss", record.loss}, {"top_k", Json::object()}});
    for (const auto& [k, share] : record.top_k) json["top_k"][std::to_string(k)] = share;
    add_figures(json, record);
    const ClassRecord mean = record.macro_average();
    json["macro_average"] = {{"precision", mean.precision}, {"recall", mean.recall}, {"f1", mean.f1}};
    json["baseline"] = {{"class", record.baseline.name}, {"accuracy", record.baseline.accuracy}};
    json["classes"] = Json::array();
    for (const ClassRecord& c : record.classes) json["classes"].push_back(class_json(c));
    json["confusion"] = record.confusion;
    json["confusion_normalised"] = normalised(record.confusion);
    json["reliability"] = to_json(record.reliability);
    if (record.uncalibrated) json["uncalibrated"] = to_json(*record.uncalibrated);
    add_lists(json, record);
}

ClassificationRecord classification_from_json(const Json& json) {
    ClassificationRecord record{.accuracy = json.at("accuracy"), .loss = json.at("loss")};
    for (const auto& [k, share] : json.at("top_k").items()) record.top_k.emplace_back(std::stoll(k), share);
    read_figures(json, record);
    if (json.contains("baseline"))
        record.baseline = {json.at("baseline").at("class"), json.at("baseline").at("accuracy")};
    for (const Json& c : json.at("classes")) record.classes.push_back(class_from_json(c));
    record.confusion = json.at("confusion").get<std::vector<std::vector<std::int64_t>>>();
    if (json.contains("reliability")) record.reliability = reliability_from_json(json.at("reliability"));
    if (json.contains("uncalibrated")) record.uncalibrated = reliability_from_json(json.at("uncalibrated"));
    read_lists(json, record);
    return record;
}

void add_json(Json& json, const MultiLabelRecord& record) {
    json.update({{"mean_average_precision", number_or_null(record.mean_average_precision)},
                 {"micro_f1", number_or_null(record.micro_f1)},
                 {"macro_f1", number_or_null(record.macro_f1)},
                 {"exact_match", number_or_null(record.exact_match)},
                 {"hamming_loss", number_or_null(record.hamming_loss)},
                 {"loss", number_or_null(record.loss)},
                 {"classes", Json::array()}});
    for (const LabelRecord& c : record.classes)
        json["classes"].push_back({{"name", c.name},
                                   {"average_precision", number_or_null(c.average_precision)},
                                   {"precision", number_or_null(c.precision)},
                                   {"recall", number_or_null(c.recall)},
                                   {"f1", number_or_null(c.f1)},
                                   {"support", c.support},
                                   {"known", c.known},
                                   {"threshold", c.threshold}});
}

MultiLabelRecord multi_label_from_json(const Json& json) {
    MultiLabelRecord record{.mean_average_precision = number_or_nan(json, "mean_average_precision"),
                            .micro_f1 = number_or_nan(json, "micro_f1"),
                            .macro_f1 = number_or_nan(json, "macro_f1"),
                            .exact_match = number_or_nan(json, "exact_match"),
                            .hamming_loss = number_or_nan(json, "hamming_loss"),
                            .loss = number_or_nan(json, "loss"),
                            .classes = {}};
    for (const Json& c : json.at("classes"))
        record.classes.push_back({c.at("name"), number_or_nan(c, "average_precision"), number_or_nan(c, "precision"),
                                  number_or_nan(c, "recall"), number_or_nan(c, "f1"), c.at("support"), c.at("known"),
                                  c.at("threshold")});
    return record;
}

void add_json(Json& json, const RegressionRecord& record) {
    json.update({{"mae", number_or_null(record.mae)},
                 {"rmse", number_or_null(record.rmse)},
                 {"r2", number_or_null(record.r2)},
                 {"targets", Json::array()}});
    for (const TargetRecord& target : record.targets)
        json["targets"].push_back({{"name", target.name},
                                   {"mae", number_or_null(target.mae)},
                                   {"rmse", number_or_null(target.rmse)},
                                   {"r2", number_or_null(target.r2)},
                                   {"support", target.support}});
}

RegressionRecord regression_from_json(const Json& json) {
    RegressionRecord record{number_or_nan(json, "mae"), number_or_nan(json, "rmse"), number_or_nan(json, "r2"), {}};
    for (const Json& target : json.at("targets"))
        record.targets.push_back({target.at("name"), number_or_nan(target, "mae"), number_or_nan(target, "rmse"),
                                  number_or_nan(target, "r2"), target.at("support")});
    return record;
}

Json decision_json(const DecisionRecord& decision) {
    return {{"min_confidence", decision.min_confidence},
            {"min_margin", decision.min_margin},
            {"max_distance", number_or_null(decision.max_distance)},
            {"answered", decision.answered},
            {"accuracy", number_or_null(decision.accuracy)},
            {"interval", to_json(decision.interval)}};
}

DecisionRecord decision_from_json(const Json& json) {
    return {json.at("min_confidence"), json.at("min_margin"),           number_or_nan(json, "max_distance"),
            json.at("answered"),       number_or_nan(json, "accuracy"), interval_at(json, "interval")};
}

Json comparison_json(const ComparisonRecord& comparison) {
    return {{"other", comparison.other},           {"both_right", comparison.both_right},
            {"only_this", comparison.only_this},   {"only_other", comparison.only_other},
            {"both_wrong", comparison.both_wrong}, {"p_value", comparison.p_value}};
}

ComparisonRecord comparison_from_json(const Json& json) {
    return {json.at("other"),      json.at("both_right"), json.at("only_this"),
            json.at("only_other"), json.at("both_wrong"), json.at("p_value")};
}

}  // namespace

Json to_json(const Interval& interval) {
    if (!std::isfinite(interval.low) || !std::isfinite(interval.high)) return nullptr;
    return {interval.low, interval.high};
}

Interval interval_from_json(const Json& json) { return json.is_null() ? Interval{} : Interval{json.at(0), json.at(1)}; }

Json to_json(const Reliability& reliability) {
    Json bins = Json::array();
    for (const ReliabilityBin& bin : reliability.bins)
        bins.push_back({{"low", bin.low},
                        {"high", bin.high},
                        {"images", bin.images},
                        {"confidence", bin.confidence},
                        {"accuracy", bin.accuracy}});
    return {{"ece", reliability.ece},
            {"interval", to_json(reliability.ece_interval)},
            {"loss", reliability.loss},
            {"bins", bins}};
}

Reliability reliability_from_json(const Json& json) {
    Reliability reliability{
        .ece = json.at("ece"), .ece_interval = interval_at(json, "interval"), .loss = json.at("loss"), .bins = {}};
    for (const Json& bin : json.at("bins"))
        reliability.bins.push_back(
            {bin.at("low"), bin.at("high"), bin.at("images"), bin.at("confidence"), bin.at("accuracy")});
    return reliability;
}

Json to_json(const EvaluationRecord& record) {
    Json json = {{"source", record.source}, {"images", record.images}, {"task", record.task()}};
    if (!record.model.empty()) json["model"] = record.model;
    if (!record.tta.empty()) json["tta"] = record.tta;
    std::visit([&](const auto& result) { add_json(json, result); }, record.result);
    if (record.decision) json["decision"] = decision_json(*record.decision);
    if (record.comparison) json["comparison"] = comparison_json(*record.comparison);
    return json;
}

EvaluationRecord evaluation_from_json(const Json& json) {
    EvaluationRecord record{.source = json.at("source"),
                            .images = json.at("images"),
                            .result = {},
                            .model = json.value("model", ""),
                            .tta = json.value("tta", "")};
    const std::string task = json.value("task", std::string(text_of(TaskKind::classification)));
    if (task == text_of(TaskKind::multi_label))
        record.result = multi_label_from_json(json);
    else if (task == text_of(TaskKind::regression))
        record.result = regression_from_json(json);
    else
        record.result = classification_from_json(json);
    if (json.contains("decision")) record.decision = decision_from_json(json.at("decision"));
    if (json.contains("comparison")) record.comparison = comparison_from_json(json.at("comparison"));
    return record;
}

}  // namespace graft
