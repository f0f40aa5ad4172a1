/// @file
/// What a model was taught: the names that configs, model files and records use.
#pragma once

#include "core/enum_names.hpp"

namespace graft {

enum class TaskKind {
    classification,  ///< one class per image
    multi_label,     ///< any number of classes per image
    regression,      ///< one or several numbers per image
};
template <>
inline constexpr auto enum_names<TaskKind> = std::to_array<std::string_view>({"classification", "multi_label",
                                                                              "regression"});

}  // namespace graft
