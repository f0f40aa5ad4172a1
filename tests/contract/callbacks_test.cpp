// What every built-in callback must keep, whoever adds it.
#include <gtest/gtest.h>

#include "contract/plugin_contract.hpp"
#include "core/random.hpp"
#include "train/fake_control.hpp"

namespace graft {
namespace {

constexpr std::int64_t kEpochs = 40;

class EveryCallback : public ::testing::TestWithParam<std::string> {
protected:
    [[nodiscard]] const CallbackRow& row() const { return *builtin_callbacks().find(GetParam()); }
    [[nodiscard]] std::shared_ptr<Callback> built_in(const std::string& folder) const {
        return row().make().build(validated_run(folder_ / folder));
    }
    const std::filesystem::path folder_ = testing::fresh_folder();
};

EpochRecord random_epoch(std::int64_t epoch, Rng& rng) {
    return epoch_record(epoch, {{"loss", rng.uniform()},
                                {"accuracy", rng.uniform()},
                                {"val_loss", rng.uniform()},
                                {"val_accuracy", rng.uniform()}});
}

/// All that a callback made of an epoch, and of the end of training; file names without the run folder.
struct Outcome {
    std::vector<std::string> stops, notes, files;
    double rate;
    int weights;
    std::string state;
    bool operator==(const Outcome&) const = default;
};

Outcome outcome_of(const Callback& callback, const FakeControl& control) {
    std::vector<std::string> files;
    for (const auto& file : control.saved) files.push_back(file.filename().string());
    return {control.stops, control.remarks.notes, files, control.rate, control.weights, callback.save_state().values};
}

/// Runs the epochs from `first` on and returns what happened at each, and at the end of training.
std::vector<Outcome> train(Callback& callback, FakeControl& control, std::int64_t first, std::int64_t last, Rng& rng) {
    std::vector<Outcome> outcomes;
    for (std::int64_t epoch = first; epoch < last; ++epoch) {
        control.weights = static_cast<int>(epoch);
        callback.on_batch_end({epoch, 0, rng.uniform()}, control);
        callback.on_epoch_end(random_epoch(epoch, rng), control);
        outcomes.push_back(outcome_of(callback, control));
    }
    return outcomes;
}

TEST_P(EveryCallback, DescribesItsOptions) { testing::expect_describes_itself(row()); }

TEST_P(EveryCallback, MakesTheSameDecisionsAfterAResume) {
    for (const std::int64_t resumed_at : {0, 1, 7, 31}) {
        FakeControl straight_control, resumed_control;
        const auto straight = built_in("straight"), before = built_in("resumed"), after = built_in("resumed");
        Rng straight_rng(1), resumed_rng(1);
        straight->on_train_begin(straight_control);
        const auto expected = train(*straight, straight_control, 0, kEpochs, straight_rng);

        before->on_train_begin(resumed_control);
        auto outcomes = train(*before, resumed_control, 0, resumed_at, resumed_rng);
        after->load_state(before->save_state());
        after->on_train_begin(resumed_control);
        const auto rest = train(*after, resumed_control, resumed_at, kEpochs, resumed_rng);
        outcomes.insert(outcomes.end(), rest.begin(), rest.end());
        EXPECT_TRUE(outcomes == expected) << "resumed at epoch " << resumed_at;

        straight->on_train_end(straight_control);
        after->on_train_end(resumed_control);
        EXPECT_TRUE(outcome_of(*after, resumed_control) == outcome_of(*straight, straight_control));
    }
}

INSTANTIATE_TEST_SUITE_P(Builtin, EveryCallback, ::testing::ValuesIn(builtin_callbacks().names()),
                         [](const auto& name) { return name.param; });

TEST(BuiltinCallbacks, AreTheDocumentedOnes) {
    EXPECT_EQ(builtin_callbacks().names(),
              (std::vector<std::string>{"early_stopping", "reduce_lr_on_plateau", "model_checkpoint", "csv_logger",
                                        "tensorboard", "terminate_on_nan"}));
}

}  // namespace
}  // namespace graft
