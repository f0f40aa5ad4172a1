/// @file
/// Writes the model to a file of its own, after every n-th epoch or whenever a metric is better than before.

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/names.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "train/callback_table.hpp"
#include "train/monitor.hpp"

namespace graft {
namespace {

struct ModelCheckpointOptions {
    std::string file = "checkpoints/epoch-{epoch}.pt";  ///< relative to the run folder
    MonitorOptions watch;                               ///< used when save_best_only
    bool save_best_only = true;
    std::int64_t every = 1;  ///< looks at every n-th epoch, n >= 1
};

void describe(Fields& fields, ModelCheckpointOptions& options) {
    fields.field("file", options.file,
                 "File in the run folder; `{epoch}` (from 0) and metrics such as `{val_loss}` are filled in.");
    describe(fields, options.watch);
    fields.field("save_best_only", options.save_best_only, "Writes only when the metric is better than ever before.");
    fields.field("every", options.every, "Looks at every n-th epoch only.", at_least(1));
}

/// `pattern` with every {name} replaced by value(name); every { is closed.
std::string fill_placeholders(const std::string& pattern,
                              const std::function<std::string(const std::string& name)>& value) {
    std::string text;
    std::size_t done = 0;
    for (std::size_t open; (open = pattern.find('{', done)) != std::string::npos;) {
        const std::size_t close = pattern.find('}', open);
        text += pattern.substr(done, open - done) + value(pattern.substr(open + 1, close - open - 1));
        done = close + 1;
    }
    return text + pattern.substr(done);
}

std::string file_name(const std::string& pattern, const EpochRecord& record) {
    return fill_placeholders(pattern, [&](const std::string& name) {
        return name == "epoch" ? std::to_string(record.epoch) : four_decimals(record.metric(name).value());
    });
}

void expect_known_placeholders(const std::string& pattern, const CallbackContext& context) {
    const std::string where = context.pointer + "/file: ";
    if (pattern.empty()) throw ConfigError(where + "expected a file name, got \"\"");
    const std::size_t last_open = pattern.rfind('{');
    if (last_open != std::string::npos && pattern.find('}', last_open) == std::string::npos)
        throw ConfigError(where + "expected every { to be closed by }, got \"" + pattern + "\"");
    std::vector<std::string> known{"epoch"};
    for (const ProducedMetric& metric : context.produced_metrics) known.push_back(metric.name);
    (void)fill_placeholders(pattern, [&](const std::string& name) -> std::string {
        if (std::ranges::find(known, name) != known.end()) return name;
        throw ConfigError(where + "expected the placeholders in braces to be of: " + joined(known) + "; got \"" + name +
                          "\"" + did_you_mean(name, known));
    });
}

class ModelCheckpoint final : public Callback {
public:
    ModelCheckpoint(const ModelCheckpointOptions& options, const CallbackContext& context)
        : options_(options), run_folder_(context.run_folder) {
        expect_known_placeholders(options.file, context);
        if (options.save_best_only) best_.emplace(options.watch, context.produced_metrics, context.pointer);
    }

    void on_epoch_end(const EpochRecord& record, TrainControl& control) override {
        if ((record.epoch + 1) % options_.every != 0) return;
        if (best_ && !best_->improve(best_->value_in(record))) return;
        control.save_model(run_folder_ / file_name(options_.file, record));
    }

    [[nodiscard]] CallbackState save_state() const override {
        return {(best_ ? best_->save_state() : Json(nullptr)).dump(), nullptr};
    }
    void load_state(const CallbackState& state) override {
        if (best_) best_->load_state(Json::parse(state.values));
    }

private:
    ModelCheckpointOptions options_;
    std::filesystem::path run_folder_;
    std::optional<Monitor> best_;  ///< nothing when every epoch is written
};

std::shared_ptr<Callback> build(const ModelCheckpointOptions& options, const CallbackContext& context) {
    return std::make_shared<ModelCheckpoint>(options, context);
}

}  // namespace

CallbackRow model_checkpoint_row() {
    return plugin_row<CallbackRow, ModelCheckpointOptions>("model_checkpoint", "Writes the model after epochs");
}

}  // namespace graft
