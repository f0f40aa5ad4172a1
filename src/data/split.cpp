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
#include "graft/core/errors.hpp"

namespace graft {
namespace {

/// The identity of the group that a name belongs to; a name that the pattern does not match is its own group.
std::string group_of(const std::string& name, const std::regex& pattern) {
    std::smatch match;
    if (!std::regex_search(name, match, pattern)) return name;
    return match.size() > 1 ? match[1].str() : match[0].str();
}

std::set<std::string> choose_groups(const ImageFolder& folder, const SplitOptions& options) {
    std::regex pattern;
    try {
        pattern = std::regex(*options.group_pattern);
    } catch (const std::regex_error& error) {
        throw ConfigError("/data/group_pattern: \"" + *options.group_pattern +
                          "\" is not a regular expression: " + error.what());
    }
    std::set<std::string> chosen;
    for (const Sample& sample : folder.samples) {
        const double fraction = static_cast<double>(stable_id(group_of(sample.name, pattern)) >> 11) * 0x1.0p-53;
        if (fraction < options.validation_split) chosen.insert(sample.name);
    }
    return chosen;
}

std::set<std::string> choose_per_class(const ImageFolder& folder, const SplitOptions& options) {
    std::map<std::int64_t, std::vector<Sample>> by_class;
    for (const Sample& sample : folder.samples) by_class[sample.label].push_back(sample);
    std::set<std::string> chosen;
    for (auto& [label, samples] : by_class) {
        const double share = options.validation_split * static_cast<double>(samples.size());
        const auto count = static_cast<std::size_t>(options.split == SplitRule::keras ? share : std::round(share));
        if (options.split == SplitRule::hash) std::ranges::sort(samples, {}, &Sample::id);
        for (std::size_t i = 0; i < count; ++i) chosen.insert(samples[i].name);
    }
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

std::set<std::string> choose_from_file(const ImageFolder& folder, const std::string& file) {
    const Json document = parse_json_file(file);
    const std::set<std::string> train = names_in(document, "train", file);
    std::set<std::string> validation = names_in(document, "validation", file);
    std::set<std::string> present;
    for (const Sample& sample : folder.samples) {
        present.insert(sample.name);
        if (!train.contains(sample.name) && !validation.contains(sample.name))
            throw DataError(file + ": does not say to which part " + sample.file + " belongs");
        if (train.contains(sample.name) && validation.contains(sample.name))
            throw DataError(file + ": puts " + sample.name + " in both parts");
    }
    for (const std::set<std::string>* part : {&train, &std::as_const(validation)})
        for (const std::string& name : *part)
            if (!present.contains(name)) throw DataError(file + ": " + name + " is not in " + folder.root.string());
    return validation;
}

void expect_every_class(const ImageFolder& folder, const Split& split) {
    const std::vector<std::int64_t> counts = count_per_class(split.train, folder.classes.size());
    for (std::size_t i = 0; i < counts.size(); ++i)
        if (counts[i] == 0)
            throw DataError(folder.root.string() + ": the split leaves no image of class " + folder.classes[i] +
                            " to train on");
}

}  // namespace

void describe(Fields& fields, SplitOptions& options) {
    fields.field("validation_split", options.validation_split,
                 "Share of every class that validates instead of training.", from_below(0, 1));
    fields.choice(
        "split", options.split,
        "What validates: `hash`: the first files by a hash of their names; `keras`: the first by name, as in Keras.");
    fields.field("group_pattern", options.group_pattern,
                 "Regular expression on paths below the training folder; files with the same first capture (or match) "
                 "stay in one part.");
    fields.path("split_file", options.split_file, "A `split.json` of an earlier run.");
}

Split split_samples(const ImageFolder& folder, const SplitOptions& options) {
    const std::set<std::string> chosen = options.split_file      ? choose_from_file(folder, *options.split_file)
                                         : options.group_pattern ? choose_groups(folder, options)
                                                                 : choose_per_class(folder, options);
    Split split;
    for (const Sample& sample : folder.samples)
        (chosen.contains(sample.name) ? split.validation : split.train).push_back(sample);
    expect_every_class(folder, split);
    if (options.validation_split > 0 && !options.split_file && split.validation.empty())
        throw DataError(folder.root.string() + ": /data/validation_split " + number_as_text(options.validation_split) +
                        " of " + std::to_string(folder.samples.size()) +
                        " images leaves none to validate on: use a larger share, or 0");
    return split;
}

std::string split_as_json(const Split& split, std::span<const std::string> classes) {
    Json document = {{"classes", classes}, {"train", Json::array()}, {"validation", Json::array()}};
    for (const Sample& sample : split.train) document["train"].push_back(sample.name);
    for (const Sample& sample : split.validation) document["validation"].push_back(sample.name);
    return pretty(document);
}

}  // namespace graft
