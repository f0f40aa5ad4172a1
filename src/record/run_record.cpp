#include "record/run_record.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "core/text_layout.hpp"
#include "record/evaluation_json.hpp"
#include "record/history_text.hpp"

namespace graft {
namespace {

Json to_json(const DataRecord& data) {
    Json classes = Json::array();
    for (const DataRecord::Class& row : data.classes)
        classes.push_back(
            {{"name", row.name}, {"train", row.train}, {"validation", row.validation}, {"test", row.test}});
    return {{"train", data.train}, {"validation", data.validation}, {"test", data.test}, {"classes", classes}};
}

Json to_json(const ModelRecord& model) {
    Json parts = Json::array();
    for (const ModelRow& row : model.parts)
        parts.push_back(
            {{"name", row.name}, {"shape", row.shape}, {"parameters", row.parameters}, {"trainable", row.trainable}});
    return {
        {"backbone", model.backbone},
        {"weights", model.weights},
        {"weights_hash", model.weights_hash},
        {"loading",
         {{"loaded", model.loaded}, {"left_out", model.left_out}, {"absent", model.absent}, {"unused", model.unused}}},
        {"frozen", model.frozen},
        {"trained", model.trained},
        {"feature_shape", model.feature_shape},
        {"parts", parts}};
}

Json to_json(const FeaturesRecord& features) {
    return {{"images", features.images},
            {"computed", features.computed},
            {"found", features.found},
            {"seconds", features.seconds},
            {"network_share", features.network_share},
            {"picture_share", features.picture_share},
            {"busy_share", features.network_share + features.picture_share},
            {"bound", features.network_share >= features.picture_share ? "network" : "decoding"}};
}

Json to_json(const PhaseRecord& phase) {
    return {{"model", to_json(phase.model)},
            {"engine", phase.engine},
            {"features", to_json(phase.features)},
            {"freeze_proof",
             {{"before", phase.frozen_before},
              {"after", phase.frozen_after},
              {"equal", phase.frozen_before == phase.frozen_after}}},
            {"workers", phase.workers},
            {"images_per_call", phase.images_per_call},
            {"batch_size", phase.batch_size}};
}

Json to_json(const CalibrationRecord& calibration) {
    Json json = {{"temperature", calibration.temperature}, {"images", calibration.images}};
    if (!calibration.reason.empty()) json["reason"] = calibration.reason;
    if (calibration.images > 0)
        json.update({{"before", to_json(calibration.before)}, {"after", to_json(calibration.after)}});
    return json;
}

Json to_json(const DropRecord& drop) {
    Json classes = Json::array();
    for (const ClassDrop& row : drop.classes)
        classes.push_back({{"name", row.name},
                           {"seen_images", row.seen_images},
                           {"test_images", row.test_images},
                           {"seen_recall", row.seen_recall},
                           {"test_recall", row.test_recall},
                           {"drop", row.seen_recall - row.test_recall},
                           {"seen_interval", to_json(row.seen_interval)},
                           {"test_interval", to_json(row.test_interval)}});
    return {{"part", drop.part}, {"classes", classes}};
}

/// A line of a table: the first cell to the left in `width` columns, the others to the right in theirs.
std::string line(const std::string& first, std::size_t width,
                 std::initializer_list<std::pair<std::string, std::size_t>> cells) {
    std::string text = padded_right(first, width);
    for (const auto& [cell, columns] : cells) text += padded_left(cell, columns);
    return text;
}

}  // namespace

Json to_json(const RunRecord& record) {
    const PhaseRecord& last = record.phases.back();
    const Json phase = to_json(last);
    Json json = {{"graft_version", record.graft_version},
                 {"config", record.config},
                 {"task", record.task},
                 {"data", to_json(record.data)},
                 {"model", phase.at("model")},
                 {"engine", last.engine},
                 {"features", phase.at("features")},
                 {"freeze_proof", phase.at("freeze_proof")},
                 {"end", text_of(record.end)},
                 {"reason", record.reason},
                 {"kept", {{"epoch", record.kept_epoch().epoch}, {"because", record.kept_because}}},
                 {"history", to_json(record.history)},
                 {"test", record.test ? to_json(*record.test) : Json(nullptr)},
                 {"seconds", record.seconds},
                 {"peak_memory_mb", record.peak_memory_mb},
                 {"workers", last.workers},
                 {"images_per_call", last.images_per_call},
                 {"batch_size", last.batch_size},
                 {"precision", text_of(record.precision)},
                 {"device", record.device},
                 {"machine", record.machine},
                 {"finished", record.finished}};
    if (record.calibration) json["calibration"] = to_json(*record.calibration);
    if (record.drop) json["drop"] = to_json(*record.drop);
    if (record.phases.size() > 1)
        for (const PhaseRecord& each : record.phases) json["phases"].push_back(to_json(each));
    return json;
}

std::string text_of(const DataRecord& data) {
    constexpr std::size_t kMostRows = 20;
    std::size_t width = 12;
    for (const DataRecord::Class& row : data.classes) width = std::max(width, display_width(row.name) + 1);
    const auto counts = [&](const std::string& name, std::int64_t train, std::int64_t validation, std::int64_t test) {
        return "\n  " +
               line(name, width, {{with_commas(train), 10}, {with_commas(validation), 12}, {with_commas(test), 10}});
    };
    std::string text = "data\n  " + line(data.heading, width, {{"train", 10}, {"validation", 12}, {"test", 10}});
    for (std::size_t i = 0; i < std::min(data.classes.size(), kMostRows); ++i) {
        const DataRecord::Class& row = data.classes[i];
        text += counts(row.name, row.train, row.validation, row.test);
    }
    if (data.classes.size() > kMostRows)
        text += format_text("\n  … and {} more {}", data.classes.size() - kMostRows,
                            data.heading == "class" ? "classes" : data.heading + "s");
    return text + counts("all", data.train, data.validation, data.test);
}

std::string text_of(const ModelRecord& model) {
    std::string text = format_text("model  {} ({})\n  ", model.backbone, model.weights);
    text += padded_right("stage", 20) + padded_right("output", 18) + padded_left("parameters", 12) + "  trains";
    std::int64_t all = 0, trainable = 0;
    for (const ModelRow& row : model.parts) {
        text += "\n  " + padded_right(row.name, 20) + padded_right(shape_text(row.shape), 18) +
                padded_left(with_commas(row.parameters), 12) + (row.trainable ? "  yes" : "");
        all += row.parameters;
        trainable += row.trainable ? row.parameters : 0;
    }
    return text + format_text("\n  {}{}  {} of them", padded_right("all", 38), padded_left(with_commas(all), 12),
                              with_commas(trainable));
}

}  // namespace graft
