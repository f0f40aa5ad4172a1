/// @file
/// What images are used for.
#pragma once

#include <optional>
#include <string>

#include "core/enum_names.hpp"

namespace graft {

enum class PartKind { train, validation, test };
template <>
inline constexpr auto enum_names<PartKind> = std::to_array<std::string_view>({"train", "validation", "test"});

/// The part that a folder or a row of this name is of, in any case: train, training; val, valid, validation, validate,
/// dev; test, testing. Nothing for other names.
[[nodiscard]] std::optional<PartKind> part_called(const std::string& name);

}  // namespace graft
