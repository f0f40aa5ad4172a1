#include <algorithm>

#include "core/text.hpp"
#include "report/page.hpp"
#include "report/sections.hpp"

namespace graft {
namespace {

std::int64_t parameters_of(const ModelRecord& model, bool only_trained) {
    std::int64_t count = 0;
    for (const ModelRow& row : model.parts)
        if (row.trainable || !only_trained) count += row.parameters;
    return count;
}

Markup hash_markup(const std::string& hash) {
    if (hash.empty()) return {};
    return element("code", {{"title", hash}}, hash);
}

std::string images_of(const RunRecord& run) {
    return format_text("{} to train, {} to validate, {} to test", with_commas(run.data.train),
                       with_commas(run.data.validation), with_commas(run.data.test));
}

std::string places_of(const RunRecord& run) {
    std::string places = config_text(run, "/data/train");
    for (const char* key : {"/data/validation", "/data/test"})
        if (const std::string place = config_text(run, key); !place.empty()) places += ", " + place;
    return places;
}

std::string classes_of(const RunRecord& run) {
    constexpr std::size_t kMost = 40;
    std::vector<std::string> names;
    for (const auto& row : run.data.classes) names.push_back(row.name);
    const std::size_t count = names.size();
    names.resize(std::min(count, kMost));
    return format_text("{}: {}{}", count, joined(names), count > kMost ? ", …" : "");
}

std::string backbone_of(const RunRecord& run) {
    const ModelRecord& model = run.phases.back().model;
    return format_text("{}, {} parameters, {} of them trained", model.backbone,
                       with_commas(parameters_of(model, false)), with_commas(parameters_of(model, true)));
}

std::string trained_of(const RunRecord& run) {
    const ModelRecord& model = run.phases.back().model;
    if (model.trained.empty()) return "the head; the network before it stayed as it was";
    return "the head and " + joined(model.trained);
}

/// Of the last phase.
std::string batch_size_text(const RunRecord& run) {
    const std::int64_t size = run.phases.empty() ? 0 : run.phases.back().batch_size;  // none of a run that goes on
    return size > 0 ? std::to_string(size) : config_text(run, "/data/batch_size");
}

std::string optimizer_of(const RunRecord& run) {
    std::string text = format_text("{}, learning rate {}, batches of {}", config_text(run, "/training/optimizer/name"),
                                   config_text(run, "/training/optimizer/learning_rate"), batch_size_text(run));
    if (const std::string schedule = config_text(run, "/training/schedule/name"); !schedule.empty())
        text += ", schedule " + schedule;
    return text;
}

std::string callbacks_of(const RunRecord& run) {
    std::vector<std::string> names;
    for (const Json& callback : run.config.value("callbacks", Json::array()))
        if (callback.is_object()) names.push_back(callback.value("name", ""));
    return joined(names);
}

Markup data_table(const DataRecord& data) {
    DataTable table{.caption = "Images of each " + data.heading,
                    .header = {data.heading, "training", "validation", "test"},
                    .rows = {},
                    .sortable = true};
    const auto cell = [](std::int64_t count) { return TableCell(with_commas(count), static_cast<double>(count)); };
    for (const DataRecord::Class& row : data.classes)
        table.rows.push_back({row.name, cell(row.train), cell(row.validation), cell(row.test)});
    return markup_of(table);
}

Markup config_block(const RunRecord& run) { return code_block(pretty(run.config)); }

std::vector<std::pair<std::string, Markup>> model_entries(const RunRecord& run) {
    if (run.phases.empty()) return {};
    const ModelRecord& model = run.phases.back().model;
    return {{"Network", backbone_of(run)},
            {"Trained", trained_of(run)},
            {"Weights", model.weights},
            {"Weights, SHA-256", hash_markup(model.weights_hash)}};
}

}  // namespace

Markup card_section(const ReportSource& source) {
    if (!source.run) {
        return definitions({{"Evaluated", source.test->source},
                            {"Model", source.test->model},
                            {"Model, SHA-256", hash_markup(source.model_hash)}});
    }
    const RunRecord& run = *source.run;
    std::vector<std::pair<std::string, Markup>> entries = {{"Task", run.task}};
    if (source.finished) {
        entries.emplace_back("Images", images_of(run));
        entries.emplace_back(run.data.heading == "class" ? "Classes" : "Numbers", classes_of(run));
    }
    entries.emplace_back("Data", places_of(run));
    for (auto& entry : model_entries(run)) entries.push_back(std::move(entry));
    entries.emplace_back("Optimizer", optimizer_of(run));
    entries.emplace_back("Loss", config_text(run, "/training/loss/name"));
    entries.emplace_back("Callbacks", callbacks_of(run));
    entries.emplace_back("Seed", config_text(run, "/seed"));
    entries.emplace_back("Machine", run.device == "cpu" ? run.machine : run.machine + "; " + run.device);
    entries.emplace_back("Finished", run.finished);
    if (!run.graft_version.empty()) entries.emplace_back("graft", run.graft_version);
    entries.emplace_back("Model, SHA-256", hash_markup(source.model_hash));
    Markup section = definitions(entries);
    if (source.finished) section << folded("Images of each class and part", "", data_table(run.data));
    return section << folded("The whole config, with every default", "", config_block(run));
}

}  // namespace graft
