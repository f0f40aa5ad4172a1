/// @file
/// The names of the public policies.
#pragma once

#include "core/enum_names.hpp"
#include "graft/data/policies.hpp"

namespace graft {

template <>
inline constexpr auto enum_names<OnBadImage> = std::to_array<std::string_view>({"fail", "skip"});
template <>
inline constexpr auto enum_names<ClassMismatch> = std::to_array<std::string_view>({"fail", "use_known"});

}  // namespace graft
