/// @file
/// How much an image of a class counts in a loss.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <optional>
#include <string>

#include "task/loss.hpp"

namespace graft {

enum class ClassWeighting {
    none,
    balanced,
    given,
    effective,
};
template <>
inline constexpr auto enum_names<ClassWeighting> = std::to_array<std::string_view>({"none", "balanced", "given",
                                                                                    "effective"});

struct ClassWeights {
    ClassWeighting weighting = ClassWeighting::none;
    std::map<std::string, double> given;  ///< by class name
    double exponent = 1;                  ///< of `balanced`
    double beta = 0.999;                  ///< of `effective`
};
/// The keys `class_weights`, `weights`, `weights_exponent` and `beta`.
void describe_class_weights(Fields& fields, ClassWeights& weights);

/// [K], or nothing where all count the same.
/// @throws ConfigError at /training/loss/weights
[[nodiscard]] std::optional<at::Tensor> weights_of_classes(const ClassWeights& weights, const LossContext& context);

}  // namespace graft
