#include "export/weights_entry.hpp"

#include <algorithm>
#include <cctype>

#include "config/read.hpp"
#include "core/files.hpp"
#include "core/names.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "weights/store/added_weights.hpp"
#include "weights/store/fetch_weights.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

/// The manifest's entry whose file this is, going by its name.
std::optional<WeightsEntry> published_as(const fs::path& file) {
    for (const WeightsEntry& entry : weights_manifest())
        if (entry.file == file.filename()) return entry;
    return std::nullopt;
}

/// The entry of a file that says what it is, by its content.
std::optional<WeightsEntry> entry_of(const fs::path& file) {
    if (const auto own = described_weights(file)) return own;
    const std::optional<WeightsEntry> published = published_as(file);
    try {
        if (published) expect_file_of(*published, file);
        return published;
    } catch (const DataError&) {
        return std::nullopt;  // the user's own, by a published name
    }
}

/// The file's name without extension; what names of weights do not have becomes '_'.
std::string name_from(const fs::path& file) {
    std::string name = file.stem().string();
    std::ranges::replace_if(
        name, [](unsigned char c) { return std::isalnum(c) == 0 && c != '_' && c != '.' && c != '-'; }, '_');
    return name;
}

/// What is known of a file before anything is said about it. The name becomes that of the file.
WeightsEntry known_entry(const fs::path& file, const std::string& architecture) {
    std::optional<WeightsEntry> entry = entry_of(file);
    if (entry && (architecture.empty() || entry->architecture == architecture)) {
        entry->name = name_from(file);
        return *entry;
    }
    if (architecture.empty())
        throw ConfigError(
            format_text("--architecture: is needed: {} does not say what it belongs to; one of {}; graft inspect tells "
                        "which",
                        file, joined(builtin_architectures().names())));
    WeightsEntry made{.name = name_from(file),
                      .architecture = architecture_named(architecture).name,
                      .source = file.filename().string(),
                      .licence = "not stated"};
    if (const auto usual = default_weights(architecture)) made.preprocessing = usual->preprocessing;
    return made;
}

/// The words as a part of the entry's JSON, which checks them as it checks the manifest.
Json patch_of(const WeightsWords& words) {
    Json json = Json::object(), preprocessing = Json::object();
    const auto text = [](Json& object, const char* key, const std::string& value) {
        if (!value.empty()) object[key] = value;
    };
    text(json, "name", words.name);
    text(json, "source", words.source);
    text(json, "licence", words.licence);
    text(preprocessing, "interpolation", words.interpolation);
    if (words.imagenet_top1) json["imagenet_top1"] = *words.imagenet_top1;
    if (words.input_size.size() > 2)
        throw ConfigError(
            format_text("--input-size: expected SIDE, or HEIGHT,WIDTH, got {} numbers", words.input_size.size()));
    if (!words.input_size.empty()) {
        preprocessing["height"] = words.input_size.front();
        preprocessing["width"] = words.input_size.back();
    }
    if (words.resize_shorter_side) preprocessing["resize_shorter_side"] = *words.resize_shorter_side;
    if (!words.mean.empty()) preprocessing["mean"] = words.mean;
    if (!words.std.empty()) preprocessing["std"] = words.std;
    json["preprocessing"] = preprocessing;
    return json;
}

}  // namespace

const ArchitectureRow& architecture_named(const std::string& name) {
    const ArchitectureRow* row = builtin_architectures().find(name);
    if (row != nullptr) return *row;
    const std::vector<std::string> known = builtin_architectures().names();
    throw ConfigError(format_text("--architecture: expected one of {}, got \"{}\"{}", joined(known), name,
                                  did_you_mean(name, known)));
}

WeightsEntry entry_for(const fs::path& file, const WeightsWords& words) {
    WeightsEntry entry = known_entry(file, words.architecture);
    entry.url = entry.sha256 = entry.sha256_prefix = std::nullopt;  // those of another file
    entry.bytes = entry.parameters = std::nullopt;
    const Describe fields_of = [&](Fields& fields) { describe(fields, entry); };
    Json json = write_options(fields_of);
    json.merge_patch(patch_of(words));
    json["file"] = json.at("name").get<std::string>() + ".pt";
    std::vector<std::string> problems = read_options(json, fields_of);
    if (problems.empty()) problems = check_entry(entry);
    std::erase_if(problems, [](const std::string& problem) { return problem.starts_with("/file"); });  // the name's
    for (std::string& problem : problems)
        if (problem.starts_with("/name")) problem.replace(0, 1, "--");
    if (!problems.empty()) throw ConfigError(problems);
    return entry;
}

WeightsAddition plan_addition(const fs::path& file, const WeightsWords& words, const fs::path& folder) {
    WeightsAddition addition{.file = file};
    if (const std::optional<WeightsEntry> published = published_as(file); published && words == WeightsWords{}) {
        addition.entry = *published;
        addition.as_it_is = true;
    } else {
        addition.entry = entry_for(file, words);
        if (find_weights(addition.entry.name))
            throw ConfigError(
                format_text("--name: {} are weights of the manifest: choose another name", addition.entry.name));
    }
    addition.target = folder / addition.entry.file;
    return addition;
}

WeightsReport add_to_folder(const WeightsAddition& addition, const WeightsChoice& choice, Present present) {
    if (!addition.as_it_is)
        return write_torchscript_weights(addition.file, architecture_named(addition.entry.architecture), addition.entry,
                                         addition.target, choice, present);
    expect_file_of(addition.entry, addition.file);
    WholeFile copy(addition.target, present);
    read_blocks(addition.file, [&](std::string_view block) { copy.write(block); });
    copy.commit();
    return {};
}

}  // namespace graft
