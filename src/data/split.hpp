/// @file
/// Which images train and which validate.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/fields.hpp"
#include "data/image_folder.hpp"

namespace graft {

enum class SplitRule {
    hash,   ///< per class, ordered by a hash of the name
    keras,  ///< per class, the first files by name validate (Keras's validation_split)
};
template <>
inline constexpr auto enum_names<SplitRule> = std::to_array<std::string_view>({"hash", "keras"});

struct SplitOptions {
    double validation_split = 0;  ///< share of each class that validates, in [0, 1)
    SplitRule split = SplitRule::hash;
    std::optional<std::string> group_pattern;  ///< regular expression on the name; its first group, or all of it
    std::optional<std::string> split_file;     ///< a split.json of an earlier run, taken as it is
    std::optional<std::int64_t> folds;         ///< cross-validation: `fold` validates, the others train
    std::int64_t fold = 0, fold_seed = 0;
};
void describe(Fields& fields, SplitOptions& options);

struct Split {
    std::vector<Sample> train, validation;
};

/// `keras`: per class the first int(share * n) files by name validate; of a list the first int(share * n) rows.
/// `hash`: per class the first round(share * n) in the order of a hash of the name. With `group_pattern`, or groups in
/// a list, a whole group validates when its own hash, as a fraction, is below the share: groups stay together, also
/// across classes, and new files never move old ones. With `folds`, what is in the fold (folds_of) validates.
/// @throws ConfigError for a bad pattern; DataError when a class or the validation part would be empty, or when
///         `split_file` and the folder do not hold the same files
[[nodiscard]] Split split_samples(ImageFolder folder, const SplitOptions& options);

/// split.json: the classes and the names in either part.
[[nodiscard]] std::string split_as_json(const Split& split, std::span<const std::string> classes);

}  // namespace graft
