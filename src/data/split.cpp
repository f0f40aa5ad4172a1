#include "data/split.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <regex>
#include <set>
#include <string_view>
#include <utility>

#include "config/json.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"
#include "data/folds.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

/// The identity of the group that a name belongs to; a name that the pattern does not match is its own group.
std::string group_of(const std::string& name, const std::regex& pattern) {
    std::smatch match;
    if (!std::regex_search(name, match, pattern)) return name;
    return match.size() > 1 ? match[1].str() : match[0].str();
}

/// Which samples validate.
using Chosen = std::vector<bool>;

std::regex group_pattern(const std::string& text) {
    try {
        return std::regex(text);
    } catch (const std::regex_error& error) {
        throw ConfigError(
            format_text("/data/group_pattern: \"{}\" is not a regular expression: {}", text, error.what()));
    }
}

/// The group of each sample: what the pattern finds in its name, or what a list says. Empty: there are no groups.
std::vector<std::string> groups_in(const ImageFolder& folder, const SplitOptions& options) {
    const auto has_group = [](const Sample& sample) { return !sample.group.empty(); };
    if (!options.group_pattern && std::ranges::none_of(folder.samples, has_group)) return {};
    std::optional<std::regex> pattern;
    if (options.group_pattern) pattern = group_pattern(*options.group_pattern);
    std::vector<std::string> groups;
    for (const Sample& sample : folder.samples) {
        const std::string& own = sample.group.empty() ? sample.name : sample.group;
        groups.push_back(pattern ? group_of(sample.name, *pattern) : own);
    }
    return groups;
}

Chosen choose_groups(const std::vector<std::string>& groups, const SplitOptions& options) {
    Chosen chosen;
    for (const std::string& group : groups)
        chosen.push_back(static_cast<double>(stable_id(group) >> 11) * 0x1.0p-53 < options.validation_split);
    return chosen;
}

Chosen choose_fold(const ImageFolder& folder, const std::vector<std::string>& groups, const SplitOptions& options) {
    try {
        const FoldOptions how{static_cast<std::size_t>(*options.folds), static_cast<std::uint64_t>(options.fold_seed)};
        Chosen chosen;
        for (const std::size_t fold : folds_of(folder.samples, groups, folder.targets, how))
            chosen.push_back(fold == static_cast<std::size_t>(options.fold));
        return chosen;
    } catch (const DataError& error) {
        throw DataError(format_text("{}: /data/folds: {}", folder.root, error.what()));
    }
}

Chosen choose_per_class(const ImageFolder& folder, const SplitOptions& options) {
    std::map<std::int64_t, std::vector<std::size_t>> by_class;
    for (std::size_t i = 0; i < folder.samples.size(); ++i) by_class[folder.samples[i].label].push_back(i);
    Chosen chosen(folder.samples.size());
    for (auto& [label, places] : by_class) {
        const double share = options.validation_split * static_cast<double>(places.size());
        const auto count = static_cast<std::size_t>(options.split == SplitRule::keras ? share : std::round(share));
        const auto id = [&](std::size_t i) { return folder.samples[i].id; };
        if (options.split == SplitRule::hash) std::ranges::sort(places, {}, id);
        for (std::size_t i = 0; i < count; ++i) chosen[places[i]] = true;
    }
    return chosen;
}

/// As Keras's flow_from_dataframe: the first rows, whatever their classes.
Chosen choose_first_rows(const ImageFolder& folder, const SplitOptions& options) {
    const auto rows = static_cast<double>(folder.samples.size());
    Chosen chosen(folder.samples.size());
    std::fill_n(chosen.begin(), static_cast<std::size_t>(options.validation_split * rows), true);
    return chosen;
}

std::set<std::string> names_in(const Json& document, const char* part, const std::string& file) {
    if (!document.is_object() || !document.contains(part) || !document.at(part).is_array())
        throw DataError(file + ": expected a list /" + part + " of image names");
    std::set<std::string> names;
    for (const Json& name : document.at(part)) {
        if (!name.is_string()) throw DataError(file + ": /" + part + " holds " + name.dump() + ", expected names");
        names.insert(escaped(unescaped(name.get<std::string>())));  // earlier versions wrote control characters as such
    }
    return names;
}

Chosen choose_from_file(const ImageFolder& folder, const std::string& file) {
    const Json document = parse_json_file(file);
    const std::set<std::string> train = names_in(document, "train", file);
    const std::set<std::string> validation = names_in(document, "validation", file);
    std::set<std::string> present;
    Chosen chosen;
    for (const Sample& sample : folder.samples) {
        present.insert(sample.name);
        if (!train.contains(sample.name) && !validation.contains(sample.name))
            throw DataError(file + ": does not say to which part " + sample.file + " belongs");
        if (train.contains(sample.name) && validation.contains(sample.name))
            throw DataError(file + ": puts " + sample.name + " in both parts");
        chosen.push_back(validation.contains(sample.name));
    }
    for (const std::set<std::string>* part : {&train, &validation})
        for (const std::string& name : *part)
            if (!present.contains(name)) throw DataError(file + ": " + name + " is not in " + folder.root.string());
    return chosen;
}

/// A class that has images keeps some to train on.
void expect_every_class(const ImageFolder& folder, const Split& split) {
    if (folder.targets == TargetKind::numbers) return;
    const std::vector<std::int64_t> train = count_per_class(split.train, folder.classes.size()),
                                    validation = count_per_class(split.validation, folder.classes.size());
    for (std::size_t i = 0; i < train.size(); ++i)
        if (train[i] == 0 && validation[i] > 0)
            throw DataError(
                format_text("{}: the split leaves no image of class {} to train on", folder.root, folder.classes[i]));
}

Chosen choose(const ImageFolder& folder, const SplitOptions& options) {
    if (options.split_file) return choose_from_file(folder, *options.split_file);
    const std::vector<std::string> groups = groups_in(folder, options);
    if (options.folds) return choose_fold(folder, groups, options);
    if (!groups.empty()) return choose_groups(groups, options);
    if (folder.is_list && options.split == SplitRule::keras) return choose_first_rows(folder, options);
    return choose_per_class(folder, options);
}

}  // namespace

void describe(Fields& fields, SplitOptions& options) {
    fields.field("validation_split", options.validation_split,
                 "Share of every class that validates instead of training.", from_below(0, 1));
    fields.choice(
        "split", options.split,
        "What validates: `hash`: the first files by a hash of their names; `keras`: the first by name, of a list "
        "the first rows, as in Keras.");
    fields.field("group_pattern", options.group_pattern,
                 "Regular expression on paths below the training folder; files with the same first capture (or match) "
                 "stay in one part.");
    fields.path("split_file", options.split_file, "A `split.json` of an earlier run.");
    fields.field("folds", options.folds,
                 "Cross-validation: the images are dealt out to so many folds, classes evenly and groups whole; one "
                 "validates, the others train. `graft crossval` trains on all of them.",
                 between(2, 1000));
    fields.field("fold", options.fold, "Which of the `folds` validates, counted from 0.", at_least(0));
    fields.field("fold_seed", options.fold_seed, "Another one deals out otherwise.", at_least(0));
}

Split split_samples(ImageFolder folder, const SplitOptions& options) {
    const Chosen chosen = choose(folder, options);
    Split split;
    for (std::size_t i = 0; i < chosen.size(); ++i)
        (chosen[i] ? split.validation : split.train).push_back(std::move(folder.samples[i]));
    expect_every_class(folder, split);
    if (options.validation_split > 0 && !options.split_file && split.validation.empty())
        throw DataError(
            format_text("{}: /data/validation_split {} of {} images leaves none to validate on: use a larger "
                        "share, or 0",
                        folder.root, number_as_text(options.validation_split), chosen.size()));
    return split;
}

std::string split_as_json(const Split& split, std::span<const std::string> classes) {
    Json document = {{"classes", classes}, {"train", Json::array()}, {"validation", Json::array()}};
    for (const Sample& sample : split.train) document["train"].push_back(sample.name);
    for (const Sample& sample : split.validation) document["validation"].push_back(sample.name);
    return pretty(document);
}

}  // namespace graft
