#include "run/summary.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace graft {
namespace {

std::string left(std::string text, std::size_t width) {
    text.resize(std::max(text.size(), width), ' ');
    return text;
}

std::string right(const std::string& text, std::size_t width) {
    return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string with_commas(std::int64_t number) {
    std::string text = std::to_string(number);
    for (auto i = static_cast<std::ptrdiff_t>(text.size()) - 3; i > 0; i -= 3)
        text.insert(static_cast<std::size_t>(i), ",");
    return text;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
    std::string text;
    for (const std::int64_t size : shape) text += (text.empty() ? "" : " x ") + std::to_string(size);
    return text;
}

struct Counts {
    std::vector<std::int64_t> train, validation, test;
};

Counts counts_of(const AssembledRun& run) {
    const std::size_t classes = run.classes.size();
    return {count_per_class(run.split.train, classes), count_per_class(run.split.validation, classes),
            count_per_class(run.test, classes)};
}

std::string counts_row(const std::string& name, std::int64_t train, std::int64_t validation, std::int64_t test,
                       std::size_t width) {
    return "\n  " + left(name, width) + right(with_commas(train), 10) + right(with_commas(validation), 12) +
           right(with_commas(test), 10);
}

}  // namespace

std::string data_summary(const AssembledRun& run) {
    constexpr std::size_t kMostRows = 20;
    const Counts counts = counts_of(run);
    std::size_t width = 12;
    for (const std::string& name : run.classes) width = std::max(width, name.size() + 1);
    std::string text = "data\n  " + left("class", width) + "     train  validation      test";
    for (std::size_t i = 0; i < std::min(run.classes.size(), kMostRows); ++i)
        text += counts_row(run.classes[i], counts.train[i], counts.validation[i], counts.test[i], width);
    if (run.classes.size() > kMostRows)
        text += "\n  … and " + std::to_string(run.classes.size() - kMostRows) + " more classes";
    const auto size = [](const std::vector<Sample>& part) { return static_cast<std::int64_t>(part.size()); };
    return text + counts_row("all", size(run.split.train), size(run.split.validation), size(run.test), width);
}

std::string model_summary(const AssembledRun& run) {
    std::string text = "model  " + run.backbone.architecture.name + " (" + run.backbone.weights + ")\n  " +
                       left("part", 20) + left("output", 18) + right("parameters", 12) + "  trains";
    std::int64_t all = 0, trainable = 0;
    for (const ModelRow& row : summarise(run.model, run.preprocessing)) {
        text += "\n  " + left(row.name, 20) + left(shape_text(row.shape), 18) + right(with_commas(row.parameters), 12) +
                (row.trainable ? "  yes" : "");
        all += row.parameters;
        trainable += row.trainable ? row.parameters : 0;
    }
    return text + "\n  " + left("all", 38) + right(with_commas(all), 12) + "  " + with_commas(trainable) + " of them";
}

Json data_summary_json(const AssembledRun& run) {
    const Counts counts = counts_of(run);
    Json classes = Json::array();
    for (std::size_t i = 0; i < run.classes.size(); ++i)
        classes.push_back({{"name", run.classes[i]},
                           {"train", counts.train[i]},
                           {"validation", counts.validation[i]},
                           {"test", counts.test[i]}});
    return {{"train", run.split.train.size()},
            {"validation", run.split.validation.size()},
            {"test", run.test.size()},
            {"classes", classes}};
}

Json model_summary_json(const AssembledRun& run) {
    Json parts = Json::array();
    for (const ModelRow& row : summarise(run.model, run.preprocessing))
        parts.push_back(
            {{"name", row.name}, {"shape", row.shape}, {"parameters", row.parameters}, {"trainable", row.trainable}});
    const LoadReport& loading = run.backbone.loading;
    return {{"backbone", run.backbone.architecture.name},
            {"weights", run.backbone.weights},
            {"weights_hash", run.backbone.weights_hash},
            {"loading",
             {{"loaded", loading.loaded.size()},
              {"left_out", loading.left_out},
              {"absent", loading.absent},
              {"unused", loading.unused}}},
            {"frozen", run.model.frozen_stages},
            {"trained", run.model.trained_stages},
            {"feature_shape", run.model.feature_shape},
            {"parts", parts}};
}

}  // namespace graft
