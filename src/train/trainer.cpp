#include "train/trainer.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/optim/optimizer.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "core/random.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "train/checkpoint.hpp"
#include "train/weights_snapshot.hpp"

namespace graft {
namespace {

/// LibTorch draws dropout masks from its global generator. In this scope they are a pure function of the seed given
/// for each step; afterwards the host's generator goes on as if nothing had happened.
class StepSeed {
public:
    StepSeed() : generator_(at::globalContext().defaultGenerator(at::kCPU)), state_(generator_.get_state()) {}
    ~StepSeed() { generator_.set_state(state_); }
    StepSeed(const StepSeed&) = delete;
    StepSeed& operator=(const StepSeed&) = delete;
    void set(std::uint64_t seed) { generator_.set_current_seed(seed); }

private:
    at::Generator generator_;
    at::Tensor state_;
};

/// Running means of loss and accuracy.
struct Tally {
    double loss_sum = 0;
    std::int64_t correct = 0, images = 0;
    bool diverged = false;  ///< a loss was not finite

    void add(double mean_loss, const at::Tensor& scores, const at::Tensor& labels) {
        loss_sum += mean_loss * static_cast<double>(labels.size(0));
        correct += (scores.argmax(1) == labels).sum().item<std::int64_t>();
        images += labels.size(0);
    }
    [[nodiscard]] double loss() const { return loss_sum / static_cast<double>(images); }
    [[nodiscard]] double accuracy() const { return static_cast<double>(correct) / static_cast<double>(images); }
};

std::string metrics_text(const std::vector<std::pair<std::string, double>>& metrics) {
    std::string text;
    for (const auto& [name, value] : metrics) {
        char number[32];
        std::snprintf(number, sizeof number, "%.4f", value);
        text += (text.empty() ? "" : "  ") + name + " " + number;
    }
    return text;
}

class Trainer final : public TrainControl {
public:
    Trainer(TrainingParts parts, const TrainingOptions& options, Reporter& reporter)
        : parts_(std::move(parts)), options_(options), reporter_(reporter) {}

    TrainingResult run(bool resume) {
        if (resume) load();
        for (const auto& callback : parts_.callbacks) callback->on_train_begin(*this);
        TrainingResult result;
        try {
            while (!state_.finished && state_.next_epoch < options_.epochs) run_epoch();
            if (state_.finished) result.end = TrainingEnd::stopped_by_callback;
        } catch (const Interrupted&) {
            result.end = TrainingEnd::interrupted;
        }
        for (const auto& callback : parts_.callbacks) callback->on_train_end(*this);
        if (result.end != TrainingEnd::interrupted) expect_a_good_epoch();
        result.reason = state_.reason;
        result.history = std::move(state_.history);
        return result;
    }

    double learning_rate() const override { return learning_rate_of(*parts_.optimizer); }
    void set_learning_rate(double learning_rate) override {
        graft::set_learning_rate(*parts_.optimizer, learning_rate);
    }
    void stop_training(const std::string& reason) override { stop_reason_ = reason; }
    std::shared_ptr<const WeightsSnapshot> snapshot_weights() const override {
        return std::make_shared<TensorSnapshot>(parts_.scion);
    }
    void restore_weights(const WeightsSnapshot& snapshot) override {
        dynamic_cast<const TensorSnapshot&>(snapshot).restore(parts_.scion);
    }
    void save_model(const std::filesystem::path& file) override { parts_.save_model(file); }
    Reporter& reporter() override { return reporter_; }

private:
    void load() {
        state_ = load_checkpoint(parts_.checkpoint, parts_.run_identity, parts_.scion, *parts_.optimizer);
        if (state_.callbacks.size() != parts_.callbacks.size())
            throw DataError(parts_.checkpoint.string() + ": the checkpoint has other callbacks than the config");
        for (std::size_t i = 0; i < parts_.callbacks.size(); ++i) {
            try {
                parts_.callbacks[i]->load_state(state_.callbacks[i]);
            } catch (const Json::exception& error) {
                throw DataError(parts_.checkpoint.string() + ": the checkpoint is damaged: " + error.what());
            }
        }
        const std::string epochs = std::to_string(state_.next_epoch) + " of " + std::to_string(options_.epochs);
        if (state_.finished)
            reporter_.note("this run is finished already, after epoch " + epochs + ": " + state_.reason);
        else if (state_.next_epoch >= options_.epochs)
            reporter_.note("this run is finished already: " + epochs + " epochs are done");
        else
            reporter_.note("resumed after epoch " + epochs);
    }

    void run_epoch() {
        const std::int64_t epoch = state_.next_epoch;
        parts_.train.prepare(epoch, reporter_);
        if (parts_.validation != nullptr) parts_.validation->prepare(epoch, reporter_);
        const auto start = std::chrono::steady_clock::now();
        EpochRecord record{.epoch = epoch, .learning_rate = learning_rate()};
        const std::string title = "epoch " + std::to_string(epoch + 1) + "/" + std::to_string(options_.epochs);
        reporter_.start(title, parts_.train.samples().size(), "images");
        const Tally tally = train_on_batches(epoch);
        if (tally.diverged) expect_a_good_epoch();
        record.metrics = {{"loss", tally.loss()}, {"accuracy", tally.accuracy()}};
        if (parts_.validation != nullptr) {
            const Tally validation = validate(epoch);
            record.metrics.emplace_back("val_loss", validation.loss());
            record.metrics.emplace_back("val_accuracy", validation.accuracy());
        }
        record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        reporter_.finish(metrics_text(record.metrics));
        finish_epoch(std::move(record));
    }

    Tally train_on_batches(std::int64_t epoch) {
        const torch::jit::GraphOptimizerEnabledGuard plain_autograd(false);
        StepSeed step_seed;
        std::vector<std::size_t> order(parts_.train.samples().size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        Rng rng = Rng::stream(options_.seed, "shuffle", {static_cast<std::uint64_t>(epoch)});
        shuffle(std::span(order), rng);
        parts_.scion.train();
        Tally tally;
        BatchRecord record{.epoch = epoch};
        parts_.train.for_each_batch(
            order, epoch, static_cast<std::size_t>(options_.batch_size), [&](const Batch& batch) {
                if (!stop_reason_.empty()) return;  // a callback asked to stop within the epoch
                step_seed.set(mix_seed(options_.seed, "dropout",
                                       {static_cast<std::uint64_t>(epoch), static_cast<std::uint64_t>(record.batch)}));
                parts_.optimizer->zero_grad();
                const at::Tensor scores = parts_.scion.forward({batch.features}).toTensor();  // [N,K]
                const at::Tensor loss = parts_.loss(scores, batch.labels);
                record.loss = loss.item<double>();
                if (std::isfinite(record.loss)) {
                    loss.backward();
                    parts_.optimizer->step();
                    tally.add(record.loss, scores.detach(), batch.labels);
                } else {
                    tally.diverged = true;
                }
                for (const auto& callback : parts_.callbacks) callback->on_batch_end(record, *this);
                if (!std::isfinite(record.loss) && stop_reason_.empty()) fail_on(record);
                ++record.batch;
                reporter_.advance(batch.first + static_cast<std::size_t>(batch.labels.size(0)),
                                  metrics_text({{"loss", tally.loss()}, {"accuracy", tally.accuracy()}}));
            });
        return tally;
    }

    Tally validate(std::int64_t epoch) {
        const torch::jit::GraphOptimizerEnabledGuard plain(false);
        const at::NoGradGuard no_grad;
        std::vector<std::size_t> order(parts_.validation->samples().size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        parts_.scion.eval();
        Tally tally;
        constexpr std::size_t kBatch = 256;
        parts_.validation->for_each_batch(order, epoch, kBatch, [&](const Batch& batch) {
            const at::Tensor scores = parts_.scion.forward({batch.features}).toTensor();  // [N,K]
            tally.add(at::cross_entropy_loss(scores, batch.labels).item<double>(), scores, batch.labels);
        });
        return tally;
    }

    /// Callbacks first, then the history, then the checkpoint: a checkpoint holds what they decided.
    void finish_epoch(EpochRecord record) {
        for (const auto& callback : parts_.callbacks) callback->on_epoch_end(record, *this);
        state_.history.push_back(std::move(record));
        ++state_.next_epoch;
        state_.finished = !stop_reason_.empty();
        state_.reason = stop_reason_;
        state_.callbacks.clear();
        for (const auto& callback : parts_.callbacks) state_.callbacks.push_back(callback->save_state());
        if (parts_.on_history) parts_.on_history(state_.history);
        save_checkpoint(parts_.checkpoint, parts_.run_identity, state_, parts_.scion, *parts_.optimizer);
        if (state_.finished) reporter_.note(state_.reason);
    }

    /// Throws when nothing that was trained so far is worth keeping.
    void expect_a_good_epoch() const {
        const auto finite = [](const EpochRecord& record) {
            return std::ranges::all_of(record.metrics, [](const auto& metric) { return std::isfinite(metric.second); });
        };
        if (std::ranges::any_of(state_.history, finite)) return;
        throw Error("no epoch had finite losses, so there is no model worth keeping" +
                    (stop_reason_.empty() ? "" : ": " + stop_reason_));
    }

    [[noreturn]] void fail_on(const BatchRecord& record) const {
        const std::string kept =
            state_.next_epoch == 0 ? ""
                                   : ". The state after the last whole epoch is kept in " + parts_.checkpoint.string();
        throw Error("the loss became " + number_as_text(record.loss) + " in epoch " + std::to_string(record.epoch + 1) +
                    ", batch " + std::to_string(record.batch + 1) + ": the learning rate (" +
                    number_as_text(learning_rate()) + ") is probably too high" + kept);
    }

    TrainingParts parts_;
    TrainingOptions options_;
    Reporter& reporter_;
    TrainingState state_;
    std::string stop_reason_;
};

}  // namespace

std::vector<std::string> produced_metrics(bool has_validation) {
    std::vector<std::string> names = {"loss", "accuracy"};
    if (has_validation) names.insert(names.end(), {"val_loss", "val_accuracy"});
    return names;
}

TrainingResult train(TrainingParts parts, const TrainingOptions& options, bool resume, Reporter& reporter) {
    return Trainer(std::move(parts), options, reporter).run(resume);
}

}  // namespace graft
