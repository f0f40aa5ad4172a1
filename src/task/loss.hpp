/// @file
/// What training minimises. One file each in task/losses/, one line each in task/losses/builtin_losses.inc.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "config/fields.hpp"
#include "config/plugin.hpp"
#include "core/registry.hpp"

namespace graft {

/// (scores [N,K], targets as the task makes them, weights of the images [N]) -> mean loss, a scalar with gradient. With
/// weights it is the weighted mean: the sum of weighted losses over the sum of weights; without, an undefined tensor,
/// all images count the same.
using Loss = std::function<at::Tensor(const at::Tensor& scores, const at::Tensor& targets, const at::Tensor& weights)>;

/// What a loss learns about the training images when it is built.
struct LossContext {
    std::vector<std::string> outputs;  ///< what the K scores are of: the classes
    std::vector<std::int64_t> counts;  ///< training images of each class, for multi_label those that have it
    std::vector<std::int64_t> known;   ///< training images that say whether they have it
};

using LossPlugin = Plugin<Loss, LossContext>;
struct LossRow : PluginRow<Loss, LossContext> {
    std::vector<std::string> tasks;  ///< those whose targets it understands
    bool validates = false;          ///< `val_loss` is this loss too, and not the task's plain one
};

/// The weight of each class by name, as a config gives them. float32 [K]
/// @throws ConfigError at /training/loss/KEY naming every class without a weight and every weight without a class
[[nodiscard]] at::Tensor weights_by_class(const std::map<std::string, double>& weights,
                                          const std::vector<std::string>& classes, const std::string& key);

#define GRAFT_LOSS(name) [[nodiscard]] LossRow name##_row();
#include "task/losses/builtin_losses.inc"
#undef GRAFT_LOSS

/// graft's own losses.
[[nodiscard]] const Registry<LossRow>& builtin_losses();

}  // namespace graft
