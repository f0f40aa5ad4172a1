#include "train/checkpoint.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <cmath>

#include "core/files.hpp"
#include "train/separable_images.hpp"
#include "train/weights_snapshot.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

/// A small module with an optimizer that has something to remember.
struct Learner {
    TorchModule scion;
    std::shared_ptr<torch::optim::Optimizer> optimizer;

    explicit Learner(double value, std::int64_t features = 3) {
        scion = make_chain("Scion", {{"dense", make_linear(features, 2)}, {"norm", make_batch_norm({.channels = 2})}});
        std::vector<at::Tensor> parameters;
        {
            const at::NoGradGuard no_grad;
            for (at::Tensor parameter : scion.parameters()) parameter.fill_(value);
        }
        for (at::Tensor parameter : scion.parameters()) parameters.push_back(parameter.requires_grad_(true));
        optimizer = build_optimizer("adam", {{"learning_rate", 0.1}}, parameters);
    }
    void step(double gradient) {
        for (at::Tensor parameter : scion.parameters())
            parameter.mutable_grad() = at::full(parameter.sizes(), gradient);
        optimizer->step();
    }
    [[nodiscard]] std::vector<at::Tensor> values() const { return TensorSnapshot(scion).values(); }
};

Json run_a() {
    return Json::parse(R"({"seed": 0, "training": {"optimizer": {"name": "adam"}},
                           "callbacks": [{"patience": 1}, {"patience": 3}], "images": "abc"})");
}

TrainingState some_state() {
    TrainingState state{.phase = 1, .epoch_of_phase = 2, .finished = true, .reason = "enough"};
    state.learning_rates = {0.1};
    state.weights_of = 1;
    state.weights_because = "the best";
    state.history = {{.epoch = 0, .learning_rate = 0.1, .seconds = 1.5, .metrics = {{"loss", 0.1 + 0.2}}},
                     {.epoch = 1, .learning_rate = 0.05, .seconds = 2, .metrics = {{"loss", std::nan("")}}}};
    state.callbacks = {{.values = "{\"wait\":3}"},
                       {.values = "in \"its own\" form",
                        .weights = std::make_shared<TensorSnapshot>(std::vector{at::full({2, 2}, 7.0)}, 3)}};
    state.phase_callbacks = {
        {.values = "7", .weights = std::make_shared<TensorSnapshot>(std::vector{at::full({2, 2}, 8.0)}, 4)}};
    state.phase_reason = "enough of this phase";
    return state;
}

class CheckpointTest : public ::testing::Test {
protected:
    void save(Learner& learner) const {
        save_checkpoint(file_, run_a(), some_state(), learner.scion, *learner.optimizer);
    }
    TrainingState load(Learner& learner, const Json& identity = run_a()) const {
        TrainingState state = load_checkpoint(file_, identity, learner.scion);
        load_optimizer(file_, *learner.optimizer);
        return state;
    }
    /// What loading says, without the file's name; the learner must be as it was.
    template <class Expected>
    std::string refusal(const Json& identity = run_a(), std::int64_t features = 3) const {
        Learner learner(9, features);
        std::string what = "no error";
        try {
            (void)load(learner, identity);
        } catch (const Expected& error) {
            what = error.what();
        }
        for (const at::Tensor& parameter : learner.scion.parameters())
            EXPECT_EQ(parameter.max().item<double>(), 9) << "half-loaded";
        const std::string name = file_.string() + ": ";
        return what.starts_with(name) ? what.substr(name.size()) : what;
    }

    const fs::path file_ = testing::fresh_folder() / "checkpoint" / "last.pt";
};

TEST_F(CheckpointTest, KeepsHistoryAndCallbacksToTheLastBit) {
    Learner learner(1);
    save(learner);
    const TrainingState state = load(learner), expected = some_state();
    EXPECT_EQ(state.phase, 1);
    EXPECT_EQ(state.epoch_of_phase, 2);
    EXPECT_EQ(state.learning_rates, Json({0.1}));
    EXPECT_EQ(state.weights_of, 1);
    EXPECT_EQ(state.weights_because, "the best");
    EXPECT_TRUE(state.finished);
    EXPECT_EQ(state.reason, "enough");
    ASSERT_EQ(state.history.size(), 2);
    EXPECT_EQ(state.history[0].metrics, expected.history[0].metrics);
    EXPECT_EQ(state.history[0].learning_rate, 0.1);
    EXPECT_EQ(state.history[0].seconds, 1.5);
    EXPECT_EQ(state.history[1].epoch, 1);
    EXPECT_TRUE(std::isnan(state.history[1].metric("loss").value()));
    ASSERT_EQ(state.callbacks.size(), 2);
    EXPECT_EQ(state.callbacks[0].values, expected.callbacks[0].values);
    EXPECT_EQ(state.callbacks[0].weights, nullptr);
    const auto& weights = dynamic_cast<const TensorSnapshot&>(*state.callbacks[1].weights);
    EXPECT_TRUE(at::equal(weights.values().front(), at::full({2, 2}, 7.0)));
    EXPECT_EQ(weights.epoch(), 3);
    ASSERT_EQ(state.phase_callbacks.size(), 1);
    EXPECT_EQ(state.phase_callbacks[0].values, "7");
    const auto& of_phase = dynamic_cast<const TensorSnapshot&>(*state.phase_callbacks[0].weights);
    EXPECT_TRUE(at::equal(of_phase.values().front(), at::full({2, 2}, 8.0)));
    EXPECT_EQ(of_phase.epoch(), 4);
    EXPECT_EQ(state.phase_reason, "enough of this phase");
}

TEST_F(CheckpointTest, KeepsTheValuesAndWhatTheOptimizerRemembers) {
    Learner saved(1), loaded(5);
    saved.step(1);
    saved.step(-3);
    set_learning_rate(*saved.optimizer, 0, 0.01);
    save(saved);
    (void)load(loaded);
    EXPECT_EQ(learning_rate_of(*loaded.optimizer, 0), 0.01);
    for (int i = 0; i < 3; ++i) {
        const auto expected = saved.values(), found = loaded.values();
        for (std::size_t k = 0; k < expected.size(); ++k) EXPECT_TRUE(at::equal(found[k], expected[k])) << i;
        saved.step(2);
        loaded.step(2);
    }
}

TEST_F(CheckpointTest, ReplacesTheOneBeforeItWhichStaysAsThePreviousOne) {
    Learner learner(1);
    for (int i = 0; i < 3; ++i) {
        learner.step(1);
        save(learner);
    }
    Learner loaded(5);
    (void)load(loaded);
    EXPECT_TRUE(at::equal(loaded.values().front(), learner.values().front()));
    EXPECT_EQ(std::distance(fs::directory_iterator(file_.parent_path()), fs::directory_iterator()), 2);
    EXPECT_TRUE(is_whole_checkpoint(file_));
    EXPECT_TRUE(is_whole_checkpoint(previous_of(file_)));
    EXPECT_NE(read_file(file_), read_file(previous_of(file_)));
}

TEST_F(CheckpointTest, KeepsWhatWasTrainedOfAnEpoch) {
    Learner learner(1);
    TrainingState state = some_state();
    state.part = EpochPart{.batches = 7,
                           .diverged = true,
                           .learning_rate = 0.1 + 0.2,
                           .seconds = 1.25,
                           .measures = std::string("\0\xff\x80 any bytes", 13),
                           .gradients = {at::full({2, 2}, 3.0), at::full({0}, 0.0)},
                           .average = std::make_shared<TensorSnapshot>(std::vector{at::full({3}, 5.0)}, 0)};
    save_checkpoint(file_, run_a(), state, learner.scion, *learner.optimizer);
    const std::optional<EpochPart> part = load(learner).part;
    ASSERT_TRUE(part.has_value());
    EXPECT_EQ(part->batches, 7);
    EXPECT_TRUE(part->diverged);
    EXPECT_EQ(part->learning_rate, 0.1 + 0.2);
    EXPECT_EQ(part->seconds, 1.25);
    EXPECT_EQ(part->measures, state.part->measures);
    ASSERT_EQ(part->gradients.size(), 2);
    EXPECT_TRUE(at::equal(part->gradients[0], at::full({2, 2}, 3.0)));
    EXPECT_EQ(part->gradients[1].numel(), 0);
    EXPECT_TRUE(at::equal(part->average->values().front(), at::full({3}, 5.0)));
    EXPECT_EQ(part->before, nullptr);
}

TEST_F(CheckpointTest, IsRefusedByAnotherRun) {
    Learner learner(1);
    save(learner);
    Json run_b = run_a();
    run_b["training"]["optimizer"] = {{"name", "sgd"}, {"momentum", 0.5}};
    run_b["callbacks"][1]["patience"] = 2;
    run_b["seed"] = 1;
    run_b.erase("images");
    const std::string expected =
        "is the checkpoint of another run; resume with what it was started with:\n"
        "  /seed: 0 then, 1 now\n"
        "  /training/optimizer/name: \"adam\" then, \"sgd\" now\n"
        "  /training/optimizer/momentum: the default then, 0.5 now\n"
        "  /callbacks/1/patience: 3 then, 2 now\n"
        "  /images: \"abc\" then, the default now";
    EXPECT_EQ(refusal<ConfigError>(run_b), expected);
    EXPECT_THROW(expect_checkpoint_of(file_, run_b), ConfigError);  // the same without reading the rest
    EXPECT_NO_THROW(expect_checkpoint_of(file_, run_a()));
}

TEST_F(CheckpointTest, IsRefusedByARunWithAnotherNumberOfCallbacks) {
    Learner learner(1);
    save(learner);
    Json run_b = run_a();
    run_b["callbacks"].erase(1);
    EXPECT_EQ(refusal<ConfigError>(run_b),
              "is the checkpoint of another run; resume with what it was started with:\n"
              "  /callbacks: [{\"patience\":1},{\"patience\":3}] then, [{\"patience\":1}] now");
}

TEST_F(CheckpointTest, IsRefusedByAnotherModel) {
    Learner learner(1);
    save(learner);
    EXPECT_EQ(refusal<Error>(run_a(), 4), "the saved weights do not fit the model of this config");
}

TEST_F(CheckpointTest, IsNamedWhenItIsAbsent) {
    EXPECT_EQ(refusal<DataError>(), "cannot be read: No such file or directory");
}

TEST_F(CheckpointTest, IsRefusedWhenAnyPartOfItIsDamaged) {
    Learner learner(1);
    learner.step(1);
    save(learner);
    const std::string whole = read_file(file_);
    const std::string expected = "the checkpoint is damaged: its content does not have the SHA-256 at its end";
    for (std::size_t byte = 0; byte < whole.size(); byte += whole.size() / 50) {
        std::string changed = whole;
        changed[byte] = static_cast<char>(changed[byte] ^ 4);
        write_file(file_, changed);
        EXPECT_EQ(refusal<DataError>(), expected) << "byte " << byte;
    }
    for (const std::size_t size : {std::size_t{0}, std::size_t{10}, whole.size() / 2, whole.size() - 1}) {
        write_file(file_, whole.substr(0, size));
        EXPECT_EQ(refusal<DataError>(), expected) << size << " bytes";
    }
    write_file(file_, std::string(5000, 'x'));
    EXPECT_EQ(refusal<DataError>(), expected);
}

}  // namespace
}  // namespace graft
