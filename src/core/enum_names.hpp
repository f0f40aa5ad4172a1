/// @file
/// The names of enumerators: one table per enum, beside the enum, for config, command line, records and messages alike.
///
///     enum class Precision { float32, bfloat16 };
///     template <>
///     inline constexpr auto enum_names<Precision> = std::to_array<std::string_view>({"float32", "bfloat16"});
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace graft {

/// `enum_names<E>[i]` is the name of the enumerator with value i.
template <class Enum>
inline constexpr std::array<std::string_view, 0> enum_names{};

template <class Enum>
concept NamedEnum = std::is_enum_v<Enum> &&(enum_names<Enum>.size() > 0);

template <NamedEnum Enum>
[[nodiscard]] constexpr std::string_view text_of(Enum value) {
    return enum_names<Enum>[static_cast<std::size_t>(value)];
}

/// The enumerator of that name, or nothing.
template <NamedEnum Enum>
[[nodiscard]] constexpr std::optional<Enum> enum_named(std::string_view name) {
    for (std::size_t i = 0; i < enum_names<Enum>.size(); ++i)
        if (enum_names<Enum>[i] == name) return static_cast<Enum>(i);
    return std::nullopt;
}

}  // namespace graft
