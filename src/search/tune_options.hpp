/// @file
/// The `tune` section of a config: what is searched, and how.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "run/run_options.hpp"
#include "search/halving.hpp"
#include "search/search_space.hpp"

namespace graft {

enum class SearchMethod {
    tpe,     ///< where good trials lie more densely than others
    random,  ///< anywhere
};
template <>
inline constexpr auto enum_names<SearchMethod> = std::to_array<std::string_view>({"tpe", "random"});

struct TuneOptions {
    SearchMethod method = SearchMethod::tpe;
    std::int64_t trials = 100;    ///< besides the config as it is written
    std::optional<double> hours;  ///< nothing: as long as it takes
    std::string monitor;          ///< empty: the task's first metric, of the validation images
    HalvingOptions halving;
    std::int64_t folds = 1;  ///< 1: the config's own split
    std::int64_t seed = 0;
};
/// All but the space.
void describe(Fields& fields, TuneOptions& options);

/// A config and what is searched in it.
struct TuneConfig {
    Json document;  ///< the config as it is written, without `tune`
    RunOptions options;
    SearchSpace space;
    bool usual_space = false;  ///< the config has none
    TuneOptions tune;
};

/// Reads a config with its `tune` section. Where it has no space, that of a head is taken.
/// @throws ConfigError with every problem, also where a value of the space is none that the config may have
[[nodiscard]] TuneConfig read_tune_config(const WrittenConfig& written, const Tables& tables);
[[nodiscard]] TuneConfig read_tune_config(const std::filesystem::path& file, std::span<const std::string> assignments,
                                          const Tables& tables);

/// The section in the JSON Schema, and in the reference of all options.
[[nodiscard]] Json tune_schema();
[[nodiscard]] std::string tune_markdown();

/// What is searched where nothing is said: hidden layers, dropout, optimizer, learning rate, schedule, batch size,
/// label smoothing of a classification, and whether to augment, where the config does.
[[nodiscard]] SearchSpace usual_space(const RunOptions& options, const Tables& tables);

}  // namespace graft
