#include "search/search_space.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

/// What is wrong with the two ends of a range, or "".
std::string problem_with_ends(Range range, const Json& ends) {
    if (!ends.is_array() || ends.size() != 2 || !ends[0].is_number() || !ends[1].is_number())
        return format_text("expected two numbers, [lowest, highest], got {}", ends.dump());
    const double low = ends[0].get<double>(), high = ends[1].get<double>();
    if (!(low < high)) return format_text("expected the lowest before the highest, got {}", ends.dump());
    if (range == Range::loguniform && low <= 0) return format_text("expected numbers above 0, got {}", ends.dump());
    if (range == Range::integer && !(ends[0].is_number_integer() && ends[1].is_number_integer()))
        return format_text("expected whole numbers, got {}", ends.dump());
    return "";
}

std::string read_dimension(const Json& document, Dimension& dimension) {
    const std::string allowed =
        R"(expected {"choice": [...]}, {"uniform": [a, b]}, {"loguniform": [a, b]} or {"int": [a, b]}, got )";
    if (!document.is_object() || document.size() != 1) return allowed + document.dump();
    const auto range = enum_named<Range>(document.begin().key());
    if (!range) return allowed + document.dump();
    const Json& values = document.begin().value();
    dimension.range = *range;
    if (*range == Range::choice) {
        if (!values.is_array() || values.empty()) return "expected a list of values, got " + values.dump();
        dimension.choices.assign(values.begin(), values.end());
        return "";
    }
    if (const std::string problem = problem_with_ends(*range, values); !problem.empty()) return problem;
    dimension.low = values[0].get<double>();
    dimension.high = values[1].get<double>();
    return "";
}

}  // namespace

SearchSpace read_space(const Json& document, const std::string& at, std::vector<std::string>& problems) {
    SearchSpace space;
    if (!document.is_object()) {
        problems.push_back(format_text("{}: expected an object of JSON pointers and ranges, got {}", at,
                                       std::string(document.type_name())));
        return space;
    }
    for (const auto& [pointer, range] : document.items()) {
        Dimension dimension{.pointer = pointer};
        if (!pointer.starts_with("/"))
            problems.push_back(
                format_text("{}: expected JSON pointers such as /head/dropout, got \"{}\"", at, pointer));
        else if (const std::string problem = read_dimension(range, dimension); !problem.empty())
            problems.push_back(format_text("{}, {}: {}", at, pointer, problem));
        else
            space.push_back(std::move(dimension));
    }
    return space;
}

Json to_json(const SearchSpace& space) {
    Json document = Json::object();
    for (const Dimension& dimension : space) {
        Json values = dimension.choices;
        if (dimension.range == Range::integer)
            values = {static_cast<std::int64_t>(dimension.low), static_cast<std::int64_t>(dimension.high)};
        else if (dimension.range != Range::choice)
            values = {dimension.low, dimension.high};
        document[dimension.pointer] = {{std::string(text_of(dimension.range)), values}};
    }
    return document;
}

double settled(const Dimension& dimension, double value) {
    if (dimension.range == Range::choice) return value;
    const double round =
        dimension.range == Range::integer ? std::round(value) : std::stod(format_text("{:.4g}", value));
    return std::clamp(round, dimension.low, dimension.high);
}

Point random_point(const SearchSpace& space, Rng& rng) {
    Point point;
    for (const Dimension& dimension : space) {
        double value = 0;
        if (dimension.range == Range::choice)
            value = static_cast<double>(rng.below(dimension.choices.size()));
        else if (dimension.range == Range::integer)
            value = rng.uniform(dimension.low - 0.5, dimension.high + 0.5);
        else if (dimension.range == Range::loguniform)
            value = std::exp(rng.uniform(std::log(dimension.low), std::log(dimension.high)));
        else
            value = rng.uniform(dimension.low, dimension.high);
        point.push_back(settled(dimension, value));
    }
    return point;
}

Json value_at(const Dimension& dimension, double coordinate) {
    if (dimension.range == Range::choice) return dimension.choices.at(static_cast<std::size_t>(coordinate));
    if (dimension.range == Range::integer) return static_cast<std::int64_t>(coordinate);
    return coordinate;
}

Json config_at(Json config, const SearchSpace& space, const Point& point) {
    for (std::size_t i = 0; i < space.size(); ++i) {
        try {
            set_value(config, space[i].pointer, value_at(space[i], point[i]));
        } catch (const ConfigError& error) {
            throw ConfigError(format_text("/tune/space, {}: {}", space[i].pointer, error.what()));
        }
    }
    return config;
}

}  // namespace graft
