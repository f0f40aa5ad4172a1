/// @file
/// Writes the metrics of every epoch for TensorBoard, as Keras does: the runs "train" and "validation", the tags
/// "epoch_<metric>" (without "val_") and, with the training metrics, "epoch_learning_rate".

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "graft/core/errors.hpp"
#include "train/callback_table.hpp"
#include "train/event_file.hpp"

namespace graft {
namespace {

struct TensorboardOptions {
    std::string log_dir = "tensorboard";  ///< relative to the run folder
};

void describe(Fields& fields, TensorboardOptions& options) {
    fields.field("log_dir", options.log_dir, "Folder of the event files, in the run folder.");
}

double now_seconds() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

class Tensorboard final : public Callback {
public:
    Tensorboard(const TensorboardOptions& options, const CallbackContext& context)
        : folder_(context.run_folder / options.log_dir) {
        if (options.log_dir.empty()) throw ConfigError(context.pointer + "/log_dir: expected a folder, got \"\"");
    }

    void on_epoch_end(const EpochRecord& record, TrainControl&) override {
        Scalars train, validation;
        for (const auto& [name, value] : record.metrics) {
            const bool of_validation = name.starts_with(kValidationPrefix);
            Scalars& scalars = of_validation ? validation : train;
            scalars.emplace_back("epoch_" + name.substr(of_validation ? kValidationPrefix.size() : 0), value);
        }
        train.emplace_back("epoch_learning_rate", record.learning_rate);
        write(train_, "train", train, record.epoch);
        write(validation_, "validation", validation, record.epoch);
    }

private:
    void write(std::optional<EventFile>& file, const char* run, const Scalars& scalars, std::int64_t epoch) const {
        if (scalars.empty()) return;
        if (!file) file.emplace(folder_ / run, epoch, now_seconds());
        file->add(scalars, epoch, now_seconds());
    }

    std::filesystem::path folder_;
    std::optional<EventFile> train_, validation_;
};

std::shared_ptr<Callback> build(const TensorboardOptions& options, const CallbackContext& context) {
    return std::make_shared<Tensorboard>(options, context);
}

}  // namespace

CallbackRow tensorboard_row() {
    return plugin_row<CallbackRow, TensorboardOptions>("tensorboard",
                                                       "Writes the metrics of every epoch for TensorBoard");
}

}  // namespace graft
