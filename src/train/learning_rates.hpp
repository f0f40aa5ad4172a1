/// @file
/// The learning rates of an optimizer's parameter groups: planned by a schedule, changed by callbacks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/json.hpp"
#include "train/optimizer.hpp"
#include "train/schedule.hpp"

namespace graft {

/// A group learns with its peak times the schedule's factor of the step at hand. Callbacks move the peaks: what they
/// ask for holds at once, and the schedule goes on from there.
class LearningRates {
public:
    /// @param names of the optimizer's groups
    LearningRates(std::vector<std::string> names, std::shared_ptr<torch::optim::Optimizer> optimizer,
                  Schedule schedule);

    [[nodiscard]] const std::vector<std::string>& groups() const { return names_; }
    [[nodiscard]] double of(std::size_t group) const;
    /// The group of that name. Throws Error when there is none.
    [[nodiscard]] std::size_t index_of(const std::string& group) const;

    /// The first group's rate becomes `rate`, and the others change by the same factor.
    void set_all(double rate);
    void set(std::size_t group, double rate);
    /// Takes the rates of a step, counted from the beginning of the phase.
    void begin_step(std::int64_t step);

    /// The peaks, for a checkpoint.
    [[nodiscard]] Json save_state() const { return peaks_; }
    void load_state(const Json& state);

private:
    void apply();

    std::vector<std::string> names_;
    std::shared_ptr<torch::optim::Optimizer> optimizer_;
    Schedule schedule_;
    std::vector<double> peaks_;
    double factor_ = 1;
};

}  // namespace graft
