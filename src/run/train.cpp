#include "graft/run/train.hpp"

#include <atomic>

#include "config/json.hpp"
#include "core/files.hpp"
#include "graft/core/errors.hpp"
#include "network/layer_module.hpp"
#include "run/train_run.hpp"

namespace graft {
namespace {

/// LibTorch draws dropout masks from a generator of the process, which two trainings would take from each other.
class OnlyTraining {
public:
    OnlyTraining() {
        if (running().test_and_set()) throw Error("another training runs in this process: one at a time");
    }
    ~OnlyTraining() { running().clear(); }
    OnlyTraining(const OnlyTraining&) = delete;
    OnlyTraining& operator=(const OnlyTraining&) = delete;

private:
    static std::atomic_flag& running() {
        static std::atomic_flag flag;
        return flag;
    }
};

Tables tables_with(const std::vector<OwnBackbone>& backbones) {
    Tables tables;
    for (const OwnBackbone& backbone : backbones) {
        if (tables.architectures.find(backbone.name) != nullptr)
            throw Error("the backbone \"" + backbone.name + "\" has the name of another one");
        tables.architectures.add(architecture_row(backbone));
    }
    return tables;
}

}  // namespace

TrainRecord train(const RunConfig& config, const TrainOptions& options) {
    const OnlyTraining only;
    const Tables tables = tables_with(options.backbones);
    RunOptions run = read_run_config(parse_json(config.text(), "config"), tables);
    run.own_callbacks = options.callbacks;
    SilentReporter silent;
    Reporter& reporter = options.reporter == nullptr ? silent : *options.reporter;
    RunRecord record = run_training(
        run, tables,
        {.existing = options.existing, .missing = options.missing_weights, .stop = options.stop, .reporter = reporter});
    const std::string json = pretty(to_json(record));
    const std::filesystem::path folder = run.output;
    return {.end = record.end,
            .reason = std::move(record.reason),
            .history = std::move(record.history),
            .kept = record.kept,
            .kept_because = std::move(record.kept_because),
            .test = std::move(record.test),
            .folder = folder,
            .model = folder / "model.pt",
            .json = json};
}

std::string resolved_config(const RunConfig& config, const std::vector<OwnBackbone>& backbones) {
    const Tables tables = tables_with(backbones);
    return pretty(resolved(read_run_config(parse_json(config.text(), "config"), tables), tables));
}

}  // namespace graft
