/// @file
/// A training that only writes down what callbacks ask of it, and the values that their tests need.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/read.hpp"
#include "graft/core/errors.hpp"
#include "recording_reporter.hpp"
#include "temporary_folder.hpp"
#include "train/callback_table.hpp"

namespace graft {

/// What no metric should be.
inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct FakeSnapshot final : WeightsSnapshot {
    explicit FakeSnapshot(int id_) : id(id_) {}
    int id;
};

/// Its weights are one number, which a test sets.
class FakeControl final : public TrainControl {
public:
    int weights = 0;
    double rate = 1;
    std::vector<std::string> stops;            ///< the reasons given
    std::vector<std::filesystem::path> saved;  ///< the files asked for
    int restored = 0;                          ///< how often weights were restored
    std::string restored_because;              ///< the last reason given
    testing::RecordingReporter remarks;

    [[nodiscard]] std::vector<std::string> parameter_groups() const override { return {"head"}; }
    [[nodiscard]] double learning_rate() const override { return rate; }
    [[nodiscard]] double learning_rate(const std::string&) const override { return rate; }
    void set_learning_rate(double learning_rate) override { rate = learning_rate; }
    void set_learning_rate(const std::string&, double learning_rate) override { rate = learning_rate; }
    void stop_training(const std::string& reason) override { stops.push_back(reason); }
    [[nodiscard]] std::shared_ptr<const WeightsSnapshot> snapshot_weights() const override {
        return std::make_shared<FakeSnapshot>(weights);
    }
    void restore_weights(const WeightsSnapshot& snapshot, const std::string& reason) override {
        restored_because = reason;
        weights = dynamic_cast<const FakeSnapshot&>(snapshot).id;
        ++restored;
    }
    void save_model(const std::filesystem::path& file) override { saved.push_back(file); }
    Reporter& reporter() override { return remarks; }
};

/// The context of the first callback of a run with validation data.
inline CallbackContext validated_run(std::filesystem::path run_folder = {}) {
    return {std::move(run_folder),
            {{"loss", Direction::min},
             {"accuracy", Direction::max},
             {"val_loss", Direction::min},
             {"val_accuracy", Direction::max}},
            "/callbacks/0"};
}

/// A built-in plug-in with the given options. Throws ConfigError as the config reader would.
template <class Row>
auto plugin_with(const Registry<Row>& table, const std::string& name, const Json& options) {
    auto plugin = table.find(name)->make();
    const std::vector<std::string> problems = read_options(options, [&](Fields& fields) { plugin.describe(fields); });
    if (!problems.empty()) throw ConfigError(problems);
    return plugin;
}

inline std::shared_ptr<Callback> build_callback(const std::string& name, const Json& options,
                                                const CallbackContext& context) {
    return plugin_with(builtin_callbacks(), name, options).build(context);
}

/// The message of the ConfigError that building throws.
inline std::string build_error(const std::string& name, const Json& options, const CallbackContext& context) {
    try {
        (void)build_callback(name, options, context);
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "no error";
}

inline EpochRecord epoch_record(std::int64_t epoch, std::vector<std::pair<std::string, double>> metrics) {
    EpochRecord record;
    record.epoch = epoch;
    record.learning_rate = 0.5;
    record.seconds = 2;
    record.metrics = std::move(metrics);
    return record;
}

/// Epochs in which one metric has the given values. Stops when the callback asks for it; the weights of an epoch are
/// its number. Returns the learning rates used.
inline std::vector<double> run_epochs(Callback& callback, FakeControl& control, const std::string& metric,
                                      const std::vector<double>& values, std::int64_t first_epoch = 0) {
    std::vector<double> rates;
    for (std::size_t i = 0; i < values.size() && control.stops.empty(); ++i) {
        const std::int64_t epoch = first_epoch + static_cast<std::int64_t>(i);
        rates.push_back(control.rate);
        control.weights = static_cast<int>(epoch);
        callback.on_epoch_end(epoch_record(epoch, {{metric, values[i]}}), control);
    }
    return rates;
}

}  // namespace graft
