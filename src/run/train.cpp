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
    RunOutcome outcome = run_training(run, tables, options.existing, options.stop, reporter, options.missing_weights);
    return {.end = outcome.training.end,
            .reason = std::move(outcome.training.reason),
            .history = std::move(outcome.training.history),
            .test = std::move(outcome.test),
            .folder = outcome.folder,
            .model = outcome.folder / "model.pt",
            .json = read_file(outcome.folder / "record.json")};
}

std::string resolved_config(const RunConfig& config, const std::vector<OwnBackbone>& backbones) {
    const Tables tables = tables_with(backbones);
    return pretty(resolved(read_run_config(parse_json(config.text(), "config"), tables), tables));
}

}  // namespace graft
