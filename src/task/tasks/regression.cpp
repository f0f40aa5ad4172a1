/// One or several numbers per image. Targets are float32 [N,K], standardised: their mean over the training images is 0,
/// their standard deviation 1; NaN where an image does not have the number. The model maps scores back to the units of
/// the data.
#include <ATen/ops/diag.h>
#include <ATen/ops/mse_loss.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "task/known.hpp"
#include "task/task.hpp"

namespace graft {
namespace {

struct RegressionOptions {};
void describe(Fields&, RegressionOptions&) {}

constexpr double kTellsApart = 100;            // steps of float32 in a standard deviation, at least
constexpr double kEveryWholeNumber = 1 << 24;  // that float32 holds goes to here

/// Throws ConfigError where networks, which compute with float32, cannot learn the numbers of the training images.
void expect_can_be_told_apart(const std::string& name, double count, double largest, double deviation) {
    const std::string place = format_text("/data/list/target_columns: \"{}\": ", name);
    if (count == 0) throw ConfigError(place + "no training image has a number there");
    const double step = largest / kEveryWholeNumber;
    if (deviation == 0 ? largest < kEveryWholeNumber : deviation >= kTellsApart * step) return;
    throw ConfigError(
        place + format_text("numbers as large as {} lie too close together (standard deviation {}) for networks, whose "
                            "numbers of 24 bits tell them apart in steps of {}: subtract an offset, such as the least",
                            number_as_text(largest), number_as_text(deviation), number_as_text(step)));
}

/// Of the training images' numbers; 0 and 1 where there are no images, a deviation of 1 where they are all the same.
TargetScale scale_of(std::span<const Sample> samples, std::span<const std::string> names) {
    TargetScale scale;
    for (std::size_t k = 0; k < names.size(); ++k) {
        double count = 0, mean = 0, squares = 0, largest = 0;
        for (const Sample& sample : samples) {
            if (std::isnan(sample.values[k])) continue;
            const double apart = sample.values[k] - mean;
            mean += apart / ++count;
            squares += apart * (sample.values[k] - mean);
            largest = std::max(largest, std::abs(double{sample.values[k]}));
        }
        const auto deviation = static_cast<float>(std::sqrt(squares / std::max(count, 1.0)));
        if (!samples.empty()) expect_can_be_told_apart(names[k], count, largest, deviation);
        scale.mean.push_back(static_cast<float>(mean));
        scale.std.push_back(deviation > 0 ? deviation : 1.0F);
    }
    return scale;
}

class Regression final : public Task {
public:
    Regression(std::vector<std::string> names, std::span<const Sample> training)
        : names_(std::move(names)),
          scale_(scale_of(training, names_)),
          mean_(at::tensor(scale_.mean)),
          std_(at::tensor(scale_.std)) {}

    [[nodiscard]] TaskKind kind() const override { return TaskKind::regression; }
    [[nodiscard]] const std::vector<std::string>& outputs() const override { return names_; }
    [[nodiscard]] at::Tensor targets(std::span<const Sample> samples) const override {
        return (values_of(samples, names_.size()) - mean_) / std_;
    }
    [[nodiscard]] std::vector<std::int64_t> counts(std::span<const Sample> samples) const override {
        return known_values(samples, names_.size());
    }
    [[nodiscard]] std::vector<std::int64_t> known(std::span<const Sample> samples) const override {
        return known_values(samples, names_.size());
    }
    [[nodiscard]] at::Tensor validation_loss(const at::Tensor& scores, const at::Tensor& targets) const override {
        const KnownTargets known(targets);
        return known.mean_of(at::mse_loss(scores, known.values, at::Reduction::None));
    }
    [[nodiscard]] OutputActivation activation() const override {
        // As a dense layer, which oneDNN fuses with the one before it.
        return {"torch.linear(scores, self.target_std, self.target_mean)",
                {{"target_mean", mean_}, {"target_std", at::diag(std_)}}};
    }
    [[nodiscard]] std::vector<std::string> default_metrics() const override { return {"mae", "rmse", "r2"}; }
    [[nodiscard]] TargetScale target_scale() const override { return scale_; }

private:
    std::vector<std::string> names_;
    TargetScale scale_;
    at::Tensor mean_, std_;  // the same. [K]
};

std::shared_ptr<const Task> build(const RegressionOptions&, const TaskContext& context) {
    return std::make_shared<Regression>(context.classes, context.training);
}

}  // namespace

TaskRow regression_row() {
    TaskRow row = plugin_row<TaskRow, RegressionOptions>("regression", "One or several numbers per image");
    row.default_loss = "mse";
    row.targets = TargetKind::numbers;
    return row;
}

}  // namespace graft
