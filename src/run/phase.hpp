/// @file
/// A part of a run in which the same stages train: the network cut at a graft point, and how the rest is trained.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "deploy/model_info.hpp"
#include "network/grafted_model.hpp"
#include "record/run_record.hpp"
#include "run/run_options.hpp"

namespace graft {

struct Phase {
    PhaseOptions options;
    GraftedModel model;
    Preprocessing preprocessing;       ///< the run's, with the phase's size
    std::string freeze;                ///< as /backbone/freeze
    bool trained_before = false;       ///< phases before it train stages that are frozen in it
    StochasticDepth stochastic_depth;  ///< of the stages that train
    ParameterGroups groups;  ///< the head, and one for each trained stage; two where weight decay is for weights alone
    std::shared_ptr<torch::optim::Optimizer> optimizer;
};

/// Lets the phase's parameters train and nothing else.
void prepare_to_train(const Phase& phase);

/// All phases of a run, on one backbone and one head: what a phase trains, the later ones see.
/// @throws ConfigError at /backbone/freeze or /training/phases
[[nodiscard]] std::vector<Phase> make_phases(const std::vector<PhaseOptions>& options, const Backbone& backbone,
                                             const Preprocessing& preprocessing, const HeadOptions& head_options,
                                             std::int64_t outputs, std::uint64_t seed);

/// The one phase of a run in which nothing but a new head trains, on features of a trunk that is elsewhere.
[[nodiscard]] Phase make_head_phase(const PhaseOptions& options, const Backbone& backbone,
                                    const HeadOptions& head_options, std::int64_t outputs, std::uint64_t seed);

/// The phase that is cut deepest: its scion holds everything that any of them trains.
[[nodiscard]] const Phase& deepest_of(std::span<const Phase> phases);

/// "phase 2 of 3: layer4, 5 epochs"; `index` is counted from 0.
[[nodiscard]] std::string text_of(const Phase& phase, std::size_t index, std::size_t phases);

/// The activation of scores that are divided by a temperature first.
[[nodiscard]] OutputActivation calibrated(OutputActivation activation, double temperature);

/// All of a phase's network, as the model file has it that says this of itself.
[[nodiscard]] TorchModule network_of(const Phase& phase, const Task& task, const ModelInfo& info);

/// The network of a phase, and what became of the tensors in the weights file.
[[nodiscard]] ModelRecord record_of(const Backbone& backbone, const Phase& phase);

}  // namespace graft
