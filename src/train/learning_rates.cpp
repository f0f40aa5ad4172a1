#include "train/learning_rates.hpp"

#include <torch/optim/optimizer.h>

#include <algorithm>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {

LearningRates::LearningRates(std::vector<std::string> names, std::shared_ptr<torch::optim::Optimizer> optimizer,
                             Schedule schedule)
    : names_(std::move(names)), optimizer_(std::move(optimizer)), schedule_(std::move(schedule)) {
    for (std::size_t group = 0; group < names_.size(); ++group) peaks_.push_back(learning_rate_of(*optimizer_, group));
}

double LearningRates::of(std::size_t group) const { return peaks_.at(group) * factor_; }

std::size_t LearningRates::index_of(const std::string& group) const {
    const auto found = std::ranges::find(names_, group);
    if (found == names_.end())
        throw Error(format_text("there is no parameter group \"{}\"; there are {}", group, joined(names_)));
    return static_cast<std::size_t>(found - names_.begin());
}

void LearningRates::set_all(double rate) {
    const double before = peaks_.front(), after = rate / factor_;
    for (double& peak : peaks_) peak = peak == before ? after : peak * (after / before);
    apply();
}

void LearningRates::set(std::size_t group, double rate) {
    peaks_.at(group) = rate / factor_;
    apply();
}

void LearningRates::begin_step(std::int64_t step) {
    if (!schedule_) return;
    factor_ = schedule_(step);
    apply();
}

void LearningRates::load_state(const Json& state) {
    peaks_ = state.get<std::vector<double>>();
    if (peaks_.size() != names_.size()) throw DataError("the checkpoint has other parameter groups than the config");
    apply();
}

void LearningRates::apply() {
    for (std::size_t group = 0; group < peaks_.size(); ++group) set_learning_rate(*optimizer_, group, of(group));
}

}  // namespace graft
