/// @file
/// The training loop: phases of epochs over features, a step per batch, validation, callbacks, checkpoints.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "graft/core/reporter.hpp"
#include "graft/train/callback.hpp"
#include "record/history_text.hpp"
#include "task/loss.hpp"
#include "train/averaged_weights.hpp"
#include "train/checkpoint.hpp"
#include "train/distillation.hpp"
#include "train/fit.hpp"
#include "train/learning_rates.hpp"
#include "train/measures.hpp"
#include "train/mixing.hpp"
#include "train/sampling.hpp"
#include "train/scion_pass.hpp"
#include "train/training_set.hpp"

namespace graft {

/// Which weights become the model where no callback decides.
enum class Keep {
    best,  ///< of the epoch with the lowest val_loss (loss without validation)
    last,  ///< of the last epoch
};
template <>
inline constexpr auto enum_names<Keep> = std::to_array<std::string_view>({"best", "last"});

/// Of a whole run.
struct TrainingOptions {
    std::int64_t epochs = 10;  ///< of all phases together
    std::uint64_t seed = 0;
    Keep keep = Keep::best;
    std::optional<AveragingOptions> average;   ///< nothing: validation and model take the weights as they are
    std::optional<double> checkpoint_minutes;  ///< how much time a kill may cost; nothing: all since the last epoch
    std::function<bool()> is_save_asked;       ///< asked after each batch: whether somebody wants a checkpoint now
};

/// What a whole run needs, put together.
struct TrainingParts {
    std::shared_ptr<const Task> task;
    std::vector<ChosenMetric> metrics;
    Loss loss;
    Loss validation_loss = {};  ///< what `val_loss` is; nothing: the task's plain loss
    TorchModule weights;        ///< everything that any phase trains: what snapshots and checkpoints hold
    std::vector<std::shared_ptr<Callback>> callbacks;  ///< in the order in which they run
    bool has_validation = false;
    std::function<void(const std::filesystem::path&)> save_model;
    std::function<void(const std::vector<EpochRecord>&)> on_history;  ///< after each epoch, before its checkpoint
    std::filesystem::path checkpoint;    ///< the file that the last state goes to; empty: nowhere
    Json run_identity = Json::object();  ///< what a checkpoint must agree with
};

/// What one phase needs: a part of the network, and how it is trained.
struct PhaseParts {
    TorchModule scion;  ///< features -> scores [N,K]; its parameters are trained
    TrainingSet train;
    std::optional<TrainingSet> validation;  ///< nothing: no validation metrics
    std::vector<std::string> groups;        ///< names of the optimizer's parameter groups
    std::shared_ptr<torch::optim::Optimizer> optimizer;
    Fit fit;            ///< sets the scion's head at once, in one epoch without steps; none: it is trained
    Schedule schedule;  ///< none: the learning rate stays
    std::shared_ptr<ScionPass> pass;  ///< how the scion is computed; none: as it is
    BatchNorms batch_norms = BatchNorms::adaptive;
    /// How many training images the batch norms of the stages take their statistics from before each validation; 0:
    /// they have those that they followed batch after batch.
    std::size_t statistics_images = 0;
    std::optional<double> clip_norm;           ///< how long the gradient of all parameters together may be
    std::int64_t accumulate = 1;               ///< batches per step
    Mixing mixing;                             ///< none: batches are trained on as they are. For targets of one class
    std::optional<Distillation> distillation;  ///< nothing: labels alone are learnt from. Not with mixing
    EpochOrder order;                          ///< which samples an epoch trains on; none: each once, shuffled
    std::vector<std::shared_ptr<Callback>> callbacks = {};  ///< of this phase alone; after the run's. What they stop is
                                                            ///< the phase, what they restore the next one goes on from
    std::int64_t epochs = 10;
    std::int64_t batch_size = 32;
};

/// Steps of an epoch over that many samples.
[[nodiscard]] std::int64_t steps_in(std::size_t samples, std::int64_t batch_size, std::int64_t accumulate);

struct TrainingResult {
    std::vector<EpochRecord> history;
    TrainingEnd end = TrainingEnd::completed;
    std::string reason;        ///< of a callback that stopped it
    std::size_t kept = 0;      ///< which row of the history the model's weights are of
    std::string kept_because;  ///< "the last epoch", "the best val_loss 0.1234"
};

/// Trains phase after phase, until the epochs are over, a callback stops it, or a stop is requested. A stop loses
/// nothing: the state after the last batch is in the checkpoint. The weights are then those of the last whole epoch,
/// which the history is of.
class Trainer final : private TrainControl {
public:
    Trainer(TrainingParts parts, const TrainingOptions& options, Reporter& reporter);

    /// Goes on from the checkpoint; number for number as if there had been no pause.
    /// @throws DataError for a damaged file; ConfigError for that of another run
    void resume();
    /// Which phase comes next, counted from 0.
    [[nodiscard]] std::size_t next_phase() const { return static_cast<std::size_t>(state_.phase); }
    /// No further phase is due.
    [[nodiscard]] bool ended() const { return state_.finished || interrupted_; }
    /// A callback of the phase at hand has ended it.
    [[nodiscard]] bool phase_ended() const { return !state_.phase_reason.empty(); }
    /// Trains the next phase.
    /// @throws Error when the loss is not finite and no callback dealt with it, naming epoch and batch
    void run(PhaseParts phase);
    /// The same in pieces: begin() once, then train_until() with more and more epochs of the phase.
    void begin(PhaseParts phase);
    void train_until(std::int64_t epoch_of_phase);
    [[nodiscard]] const std::vector<EpochRecord>& history() const { return state_.history; }
    /// Lets callbacks and `keep` bring back the weights that the model is to have.
    /// @throws Error when no epoch gave finite metrics, or the weights are not finite: nothing is worth keeping;
    ///         Interrupted when no epoch is over
    [[nodiscard]] TrainingResult finish();

private:
    [[nodiscard]] std::vector<std::string> parameter_groups() const override { return rates_->groups(); }
    [[nodiscard]] double learning_rate() const override { return rates_->of(0); }
    [[nodiscard]] double learning_rate(const std::string& group) const override {
        return rates_->of(rates_->index_of(group));
    }
    void set_learning_rate(double rate) override { rates_->set_all(rate); }
    void set_learning_rate(const std::string& group, double rate) override {
        rates_->set(rates_->index_of(group), rate);
    }
    void stop_training(const std::string& reason) override {
        (phase_speaks_ ? phase_stop_reason_ : stop_reason_) = reason;
    }
    [[nodiscard]] std::shared_ptr<const WeightsSnapshot> snapshot_weights() const override;
    void restore_weights(const WeightsSnapshot& snapshot, const std::string& reason) override;
    void save_model(const std::filesystem::path& file) override { parts_.save_model(file); }
    Reporter& reporter() override { return reporter_; }

    /// Tells something to the run's callbacks, and then to the phase's.
    void tell(const std::function<void(Callback&)>& event);
    void tell_phase(const std::function<void(Callback&)>& event);
    [[nodiscard]] bool is_told_to_stop() const { return !stop_reason_.empty() || !phase_stop_reason_.empty(); }
    void load_callbacks(std::span<const std::shared_ptr<Callback>> callbacks, std::span<const CallbackState> states);
    void end_phase();
    void prepare_features(std::int64_t epoch);
    [[nodiscard]] std::int64_t steps_per_epoch() const;
    /// What the batch is trained on: features and targets, and the labels that its metrics are measured with.
    struct Lesson {
        at::Tensor features, targets, labels, weights;
    };
    [[nodiscard]] Lesson lesson_of(const Batch& batch, const BatchRecord& record) const;
    /// The epoch at hand.
    struct Epoch {
        EpochRecord record;
        Measures measures;
        std::int64_t batches = 0;  ///< that were trained on
        bool diverged = false;     ///< a loss was not finite
        Clock::time_point start;
    };
    void take_step(std::int64_t step);
    void run_epoch();
    [[nodiscard]] Epoch begin_epoch(std::int64_t index);
    void train_on_batches(Epoch& epoch);
    void train_on_batch(const Batch& batch, std::int64_t batches, Epoch& epoch);
    [[nodiscard]] Measures fit_at_once(std::int64_t epoch);
    [[nodiscard]] Measures measure(const TrainingSet& set, std::int64_t epoch, const Loss& loss);
    void settle_statistics(std::int64_t epoch);
    [[nodiscard]] Measures validate(std::int64_t epoch);
    void finish_epoch(EpochRecord record);
    [[nodiscard]] bool is_save_due() const;
    bool save_part(Epoch& epoch);
    void save();
    void say_where_it_goes_on();
    void expect_a_good_epoch() const;
    [[noreturn]] void fail_on(const BatchRecord& record) const;

    TrainingParts parts_;
    TrainingOptions options_;
    Reporter& reporter_;
    TrainingState state_;
    PhaseParts phase_;                                     ///< the one at hand
    std::optional<LearningRates> rates_;                   ///< of the phase at hand
    std::optional<AveragedWeights> average_;               ///< of the phase at hand, where the run keeps one
    std::shared_ptr<const TensorSnapshot> model_weights_;  ///< those that the last whole epoch ended with
    Clock::time_point saved_at_ = Clock::now();
    bool begun_ = false, resumed_ = false, interrupted_ = false;
    bool phase_begun_ = false;   ///< and its callbacks have not heard of its end
    bool phase_speaks_ = false;  ///< a callback of the phase is called
    bool saved_ = false;         ///< there is a checkpoint of this run
    std::string stop_reason_, phase_stop_reason_;
};

/// A run of one phase.
[[nodiscard]] TrainingResult train(TrainingParts parts, PhaseParts phase, const TrainingOptions& options, bool resume,
                                   Reporter& reporter);

}  // namespace graft
