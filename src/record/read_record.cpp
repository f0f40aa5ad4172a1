#include "record/read_record.hpp"

#include "record/evaluation_json.hpp"
#include "record/history_text.hpp"
#include "record/task_kind.hpp"
#include "record/unknown_numbers.hpp"

namespace graft {
namespace {

DataRecord data_from(const Json& json, const std::string& task) {
    DataRecord record{.train = json.at("train").get<std::int64_t>(),
                      .validation = json.at("validation").get<std::int64_t>(),
                      .test = json.at("test").get<std::int64_t>()};
    for (const Json& row : json.at("classes"))
        record.classes.push_back({row.at("name").get<std::string>(), row.at("train").get<std::int64_t>(),
                                  row.at("validation").get<std::int64_t>(), row.at("test").get<std::int64_t>()});
    if (task == text_of(TaskKind::regression)) record.heading = "number";
    return record;
}

ModelRecord model_from(const Json& json) {
    const Json& loading = json.at("loading");
    ModelRecord record{.backbone = json.at("backbone").get<std::string>(),
                       .weights = json.at("weights").get<std::string>(),
                       .weights_hash = json.at("weights_hash").get<std::string>(),
                       .loaded = loading.at("loaded").get<std::int64_t>(),
                       .left_out = loading.at("left_out").get<std::vector<std::string>>(),
                       .absent = loading.at("absent").get<std::vector<std::string>>(),
                       .unused = loading.at("unused").get<std::vector<std::string>>(),
                       .frozen = json.at("frozen").get<std::vector<std::string>>(),
                       .trained = json.at("trained").get<std::vector<std::string>>(),
                       .feature_shape = json.at("feature_shape").get<std::vector<std::int64_t>>()};
    for (const Json& row : json.at("parts"))
        record.parts.push_back({row.at("name").get<std::string>(), row.at("shape").get<std::vector<std::int64_t>>(),
                                row.at("parameters").get<std::int64_t>(), row.at("trainable").get<bool>()});
    return record;
}

/// What concerns a phase, also where it stands at the top of the document.
PhaseRecord phase_from(const Json& json) {
    const Json& features = json.at("features");
    const Json& proof = json.at("freeze_proof");
    return {.model = model_from(json.at("model")),
            .engine = json.at("engine").get<std::string>(),
            .features = {.images = features.at("images").get<std::int64_t>(),
                         .computed = features.at("computed").get<std::int64_t>(),
                         .found = features.at("found").get<std::int64_t>(),
                         .seconds = number_or_nan(features, "seconds"),
                         .network_share = number_or_nan(features, "network_share"),
                         .picture_share = number_or_nan(features, "picture_share")},
            .frozen_before = proof.at("before").get<std::string>(),
            .frozen_after = proof.at("after").get<std::string>(),
            .workers = json.at("workers").get<std::int64_t>(),
            .images_per_call = json.at("images_per_call").get<std::int64_t>(),
            .batch_size = json.value("batch_size", std::int64_t{0})};
}

CalibrationRecord calibration_from(const Json& json) {
    CalibrationRecord record{.temperature = json.at("temperature").get<double>(),
                             .images = json.at("images").get<std::int64_t>(),
                             .before = {},
                             .after = {},
                             .reason = json.value("reason", "")};
    if (json.contains("before")) record.before = reliability_from_json(json.at("before"));
    if (json.contains("after")) record.after = reliability_from_json(json.at("after"));
    return record;
}

DropRecord drop_from(const Json& json) {
    DropRecord record{.part = json.at("part").get<std::string>(), .classes = {}};
    for (const Json& row : json.at("classes"))
        record.classes.push_back({.name = row.at("name").get<std::string>(),
                                  .seen_images = row.at("seen_images").get<std::int64_t>(),
                                  .test_images = row.at("test_images").get<std::int64_t>(),
                                  .seen_recall = number_or_nan(row, "seen_recall"),
                                  .test_recall = number_or_nan(row, "test_recall"),
                                  .seen_interval = interval_from_json(row.at("seen_interval")),
                                  .test_interval = interval_from_json(row.at("test_interval"))});
    return record;
}

/// The row of the history that is of an epoch.
std::size_t row_of(const std::vector<EpochRecord>& history, std::int64_t epoch) {
    for (std::size_t i = 0; i < history.size(); ++i)
        if (history[i].epoch == epoch) return i;
    return 0;
}

}  // namespace

RunRecord run_record_from_json(const Json& json) {
    RunRecord record{.graft_version = json.at("graft_version").get<std::string>(),
                     .config = json.at("config"),
                     .task = json.at("task").get<std::string>()};
    record.data = data_from(json.at("data"), record.task);
    if (json.contains("phases"))
        for (const Json& phase : json.at("phases")) record.phases.push_back(phase_from(phase));
    else
        record.phases.push_back(phase_from(json));
    record.end = enum_named<TrainingEnd>(json.at("end").get<std::string>()).value_or(TrainingEnd::completed);
    record.reason = json.at("reason").get<std::string>();
    record.history = history_from_json(json.at("history"));
    record.kept = row_of(record.history, json.at("kept").at("epoch").get<std::int64_t>());
    record.kept_because = json.at("kept").at("because").get<std::string>();
    if (!json.at("test").is_null()) record.test = evaluation_from_json(json.at("test"));
    if (json.contains("calibration")) record.calibration = calibration_from(json.at("calibration"));
    if (json.contains("drop")) record.drop = drop_from(json.at("drop"));
    record.seconds = number_or_nan(json, "seconds");
    record.peak_memory_mb = number_or_nan(json, "peak_memory_mb");
    record.precision = enum_named<Precision>(json.at("precision").get<std::string>()).value_or(Precision::float32);
    record.device = json.value("device", "cpu");
    record.machine = json.value("machine", "");
    record.finished = json.value("finished", "");
    return record;
}

}  // namespace graft
