#include "run/assemble.hpp"

#include <functional>
#include <thread>

#include "core/hash.hpp"
#include "graft/core/errors.hpp"
#include "train/shared_callback.hpp"
#include "train/trainer.hpp"

namespace graft {
namespace {

/// Runs steps that may find the config wrong, and throws what all of them found at once.
class Problems {
public:
    void attempt(const std::function<void()>& step) {
        try {
            step();
        } catch (const ConfigError& error) {
            found_.insert(found_.end(), error.problems().begin(), error.problems().end());
        }
    }
    void throw_if_any() const {
        if (!found_.empty()) throw ConfigError(found_);
    }

private:
    std::vector<std::string> found_;
};

void read_folders(AssembledRun& run) {
    const DataOptions& data = run.config.data;
    const ImageFolder train = scan_image_folder(data.train);
    run.classes = train.classes;
    run.split = split_samples(train, data.split);
    const auto other = [&](const std::string& folder) {
        ImageFolder scanned = scan_image_folder(folder, run.classes, data.class_mismatch);
        for (const std::string& name : scanned.unknown_classes)
            run.warnings.push_back(folder + ": the class folder " + name + " is left out: it was not trained");
        return std::move(scanned.samples);
    };
    if (data.validation) run.split.validation = other(*data.validation);
    if (data.test) run.test = other(*data.test);
}

/// The callbacks of the config, and one that keeps the best weights where none of them does.
void build_callbacks(AssembledRun& run, const Tables& tables, Problems& problems) {
    CallbackContext context{.run_folder = run.config.output,
                            .produced_metrics = produced_metrics(!run.split.validation.empty())};
    bool keeps_best = run.config.training.keep == Keep::last;
    for (std::size_t i = 0; i < run.config.callbacks.size(); ++i) {
        context.pointer = "/callbacks/" + std::to_string(i);
        keeps_best = keeps_best || run.config.callbacks[i]->name() == "early_stopping";
        problems.attempt([&] { run.callbacks.push_back(run.config.callbacks[i]->build(context)); });
    }
    const CallbackRow* row = tables.callbacks.find("early_stopping");
    if (keeps_best || row == nullptr) return;
    const std::shared_ptr<CallbackSpec> keeper = row->make();
    const Json options = {{"monitor", run.split.validation.empty() ? "loss" : "val_loss"},
                          {"patience", run.config.training.epochs}};
    static_cast<void>(read_options(options, [&](Fields& fields) { keeper->describe(fields); }));
    run.callbacks.push_back(keeper->build(context));
}

}  // namespace

AssembledRun assemble(const RunOptions& config, const Tables& tables, MissingWeights missing,
                      const std::stop_token& stop, Reporter& reporter) {
    AssembledRun run{.config = config, .resolved_config = resolved(config, tables)};
    run.workers = config.data.workers ? static_cast<std::size_t>(*config.data.workers)
                                      : std::max(1U, std::thread::hardware_concurrency());
    read_folders(run);
    Problems problems;
    ChosenWeights weights;
    const ArchitectureRow* row = tables.architectures.find(config.backbone.name);  // nullptr: the file's network
    problems.attempt([&] { weights = choose_weights(config.backbone, missing); });
    run.preprocessing = choose_preprocessing(config.data, weights.entry);
    if (row != nullptr)
        problems.attempt([&] {
            check_freeze(row->make(run.preprocessing.height, run.preprocessing.width), config.backbone.freeze);
        });
    if (config.backbone.precision == Precision::bfloat16 && !has_bfloat16_units())
        problems.attempt([] {
            throw ConfigError(
                "/backbone/precision: bfloat16 needs a processor with AVX-512 BF16, which this one has "
                "not; use float32");
        });
    problems.attempt([&] {
        run.loss = config.training.loss->build(run.classes, count_per_class(run.split.train, run.classes.size()));
    });
    build_callbacks(run, tables, problems);
    for (const auto& callback : config.own_callbacks) run.callbacks.push_back(shared_callback(callback));
    problems.throw_if_any();

    bring_weights(weights, stop, reporter);
    const auto seed = static_cast<std::uint64_t>(config.seed);
    run.backbone = row == nullptr
                       ? load_torchscript_backbone(weights.source, run.preprocessing)
                       : load_backbone(*row, weights.source, seed, run.preprocessing, config.backbone.allowance);
    run.model = graft_model(run.backbone, run.preprocessing, config.backbone.freeze, config.head,
                            static_cast<std::int64_t>(run.classes.size()), seed);
    run.optimizer = config.training.optimizer->build(run.model.trainable_parameters());
    return run;
}

ModelInfo AssembledRun::model_info() const {
    return {.classes = classes,
            .preprocessing = preprocessing,
            .backbone = backbone.architecture.name,
            .backbone_hash = backbone.weights_hash,
            .freeze = config.backbone.freeze,
            .config = resolved_config};
}

Json AssembledRun::identity() const {
    Json json = resolved_config;
    json["training"].erase("epochs");
    for (const char* key : {"limit_gb", "keep"}) json["features"].erase(key);
    json["data"].erase("workers");
    for (const char* key : {"name", "output"}) json.erase(key);
    Sha256 images;
    for (const std::vector<Sample>* part : {&split.train, &split.validation})
        for (const Sample& sample : *part) images.add(sample.name).add("\n");
    json["data"]["images_sha256"] = images.hex();
    json["backbone"]["weights_sha256"] = backbone.weights_hash;
    return json;
}

}  // namespace graft
