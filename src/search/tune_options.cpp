#include "search/tune_options.hpp"

#include <algorithm>

#include "config/read.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "search/shared_features.hpp"

namespace graft {
namespace {

constexpr int kProbes = 50;

/// A few points are tried out: a mistake in the space costs a second, not hours.
std::vector<std::string> probe(const TuneConfig& config, const Tables& tables) {
    std::vector<std::string> problems;
    for (int i = 0; i < kProbes; ++i) {
        Rng rng = Rng::stream(static_cast<std::uint64_t>(config.tune.seed), "probe", {static_cast<std::uint64_t>(i)});
        try {
            (void)read_run_config(config_at(config.document, config.space, random_point(config.space, rng)), tables);
        } catch (const ConfigError& error) {
            for (const std::string& problem : error.problems())
                if (std::ranges::find(problems, problem) == problems.end()) problems.push_back(problem);
        }
    }
    for (std::string& problem : problems) problem = "with a value of /tune/space: " + problem;
    return problems;
}

/// Where pictures are varied, whether they had better not be.
SearchSpace with_augmentation(Json space, const RunOptions& options, const Tables& tables) {
    if (enabled(options.augmentation)) {
        const Json written = resolved(options, tables).at("augmentation");
        space["/augmentation"] = {{"choice", {written, Json::object()}}};
    }
    std::vector<std::string> problems;
    return read_space(space, "/tune/space", problems);
}

/// A head that is fitted once has one number.
SearchSpace usual_space_of_fitted(const RunOptions& options, const Tables& tables) {
    const bool means = options.head.kind == HeadKind::nearest_mean;
    Json space =
        means ? Json{{"/head/scale", {{"loguniform", {1, 100}}}}} : Json{{"/head/c", {{"loguniform", {1e-3, 1e3}}}}};
    return with_augmentation(std::move(space), options, tables);
}

}  // namespace

void describe(Fields& fields, TuneOptions& options) {
    fields.choice("method", options.method,
                  "How the next values are chosen: `tpe`: where good trials lie more densely than others; `random`.");
    fields.field("trials", options.trials, "Trainings, besides that of the config as it is.", between(1, 1000000));
    fields.field("hours", options.hours, "After so many no further one is begun; `null`: as long as it takes.",
                 above(0));
    fields.field("monitor", options.monitor,
                 "The metric that decides, such as `val_loss`; empty: the task's first one of the validation images.");
    fields.field("reduction", options.halving.reduction,
                 "Of the trials that come as far as a rung, the best 1/`reduction` go on; 1: all train to their end.",
                 between(1, 100));
    fields.field("min_epochs", options.halving.min_epochs, "Epochs of the first rung, at least.", at_least(1));
    fields.field("folds", options.folds,
                 "Above 1, each trial trains on so many folds of the images, and their mean decides.", between(1, 100));
    fields.field("seed", options.seed, "Of the values that are drawn.", at_least(0));
}

TuneConfig read_tune_config(const WrittenConfig& written, const Tables& tables) {
    TuneConfig config{.document = written.document};
    Json section = Json::object(), space;
    if (config.document.is_object() && config.document.contains("tune")) section = config.document.at("tune");
    if (config.document.is_object()) config.document.erase("tune");
    std::vector<std::string> problems;
    if (section.is_object() && section.contains("space")) {
        space = section.at("space");
        section.erase("space");
    }
    for (const std::string& problem : read_options(section, [&](Fields& fields) { describe(fields, config.tune); }))
        problems.push_back("/tune" + problem);
    if (!space.is_null()) config.space = read_space(space, "/tune/space", problems);
    try {
        config.options = read_run_config(config.document, tables);
        config.usual_space = space.is_null();
        if (config.usual_space) config.space = usual_space(config.options, tables);
        if (problems.empty()) problems = probe(config, tables);
    } catch (const ConfigError& error) {
        problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    }
    for (std::string& problem : problems) problem = format_text("{}: {}", written.file, problem);
    if (!problems.empty()) throw ConfigError(problems);
    return config;
}

TuneConfig read_tune_config(const std::filesystem::path& file, std::span<const std::string> assignments,
                            const Tables& tables) {
    return read_tune_config(read_written_config(file, assignments), tables);
}

Json tune_schema() {
    TuneOptions options;
    Json schema = schema_of([&](Fields& fields) { describe(fields, options); }, "tune");
    for (const char* of_whole_documents : {"$schema", "title"}) schema.erase(of_whole_documents);
    schema["properties"].erase("$schema");
    schema["description"] = "What `graft tune` searches, and how; other commands pass over it.";
    const Json ends = {{"type", "array"}, {"items", {{"type", "number"}}}, {"minItems", 2}, {"maxItems", 2}};
    schema["properties"]["space"] = {
        {"type", "object"},
        {"description", "JSON pointers into the config, each with the values to choose from."},
        {"additionalProperties",
         {{"type", "object"},
          {"minProperties", 1},
          {"maxProperties", 1},
          {"additionalProperties", false},
          {"properties",
           {{"choice", {{"type", "array"}, {"minItems", 1}}},
            {"uniform", ends},
            {"loguniform", ends},
            {"int", ends}}}}}};
    return schema;
}

std::string tune_markdown() {
    TuneOptions options;
    return R"(
## `/tune`

What `graft tune` searches ([search.md](search.md)); other commands pass over it. `space` has JSON pointers into the config, each with
`{"choice": [value, ...]}`, `{"uniform": [lowest, highest]}`, `{"loguniform": [lowest, highest]}` or `{"int": [lowest, highest]}`; an
object comes before what lies in it. Without it, a usual space of a head is searched.
)" + markdown_of([&](Fields& fields) { describe(fields, options); });
}

SearchSpace usual_space(const RunOptions& options, const Tables& tables) {
    if (!trains_head_alone(options))
        throw ConfigError("/tune/space: is missing; only where a head alone is trained is there a usual one");
    if (is_fitted(options.head)) return usual_space_of_fitted(options, tables);
    Json space = {
        {"/head/hidden", {{"choice", {Json::array(), {256}, {512}}}}},
        {"/head/dropout", {{"uniform", {0.0, 0.6}}}},
        {"/training/optimizer",
         {{"choice",
           {{{"name", "adam"}}, {{"name", "adamw"}, {"weight_decay", 0.05}}, {{"name", "sgd"}, {"momentum", 0.9}}}}}},
        {"/training/optimizer/learning_rate", {{"loguniform", {1e-4, 3e-2}}}},
        {"/training/schedule", {{"choice", {nullptr, "cosine"}}}},
        {"/data/batch_size", {{"choice", {32, 64, 128}}}}};
    if (options.training.loss.name() == "cross_entropy") {
        Json sharp = resolved(options, tables).at("training").at("loss"), smooth = sharp;
        sharp["label_smoothing"] = 0.0;
        smooth["label_smoothing"] = 0.1;
        space["/training/loss"] = {{"choice", {sharp, smooth}}};
    }
    return with_augmentation(std::move(space), options, tables);
}

}  // namespace graft
