/// @file
/// Which values of a config are searched, and where.
#pragma once

#include <string>
#include <vector>

#include "config/json.hpp"
#include "core/enum_names.hpp"
#include "core/random.hpp"

namespace graft {

enum class Range {
    choice,      ///< one of some values, of any kind
    uniform,     ///< a number, all equally likely
    loguniform,  ///< a number, all orders of magnitude equally likely
    integer,     ///< a whole number, both ends included
};
template <>
inline constexpr auto enum_names<Range> = std::to_array<std::string_view>({"choice", "uniform", "loguniform", "int"});

/// One value of a config.
struct Dimension {
    std::string pointer;  ///< JSON pointer into the config
    Range range = Range::uniform;
    std::vector<Json> choices;  ///< of `choice`
    double low = 0, high = 1;   ///< of the others
};

/// In the order in which values are put in: an object before what lies in it.
using SearchSpace = std::vector<Dimension>;

/// A place in a space: of each dimension the number, or the index of the choice.
using Point = std::vector<double>;

/// Reads {"/head/dropout": {"uniform": [0, 0.5]}, …}.
/// @param problems gets what is wrong, each with its pointer below `at`
[[nodiscard]] SearchSpace read_space(const Json& document, const std::string& at, std::vector<std::string>& problems);
/// The same in writing.
[[nodiscard]] Json to_json(const SearchSpace& space);

/// Numbers with four significant digits, whole where they have to be, within the range.
[[nodiscard]] double settled(const Dimension& dimension, double value);
[[nodiscard]] Point random_point(const SearchSpace& space, Rng& rng);

/// What a coordinate is in a config.
[[nodiscard]] Json value_at(const Dimension& dimension, double coordinate);
/// The config with the values of the point. Throws ConfigError where a pointer leads nowhere.
[[nodiscard]] Json config_at(Json config, const SearchSpace& space, const Point& point);

}  // namespace graft
