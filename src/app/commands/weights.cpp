#include <CLI/App.hpp>
#include <filesystem>
#include <iostream>
#include <memory>

#include "app/commands/commands.hpp"
#include "app/results.hpp"
#include "app/terminal/terminal_reporter.hpp"
#include "config/read.hpp"
#include "core/folders.hpp"
#include "core/names.hpp"
#include "core/text.hpp"
#include "core/text_layout.hpp"
#include "graft/core/errors.hpp"
#include "weights/store/added_weights.hpp"
#include "weights/store/fetch_weights.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

std::vector<WeightsEntry> all_weights(const fs::path& folder) {
    std::vector<WeightsEntry> entries = weights_manifest();
    const std::vector<WeightsEntry> added = added_weights(folder);
    entries.insert(entries.end(), added.begin(), added.end());
    return entries;
}

/// The size of the file that is there, else the one on record, else about what its numbers take.
std::optional<std::int64_t> size_of(const WeightsEntry& entry, const fs::path& file) {
    std::error_code error;
    const std::uintmax_t bytes = fs::file_size(file, error);
    if (!error) return static_cast<std::int64_t>(bytes);
    if (entry.bytes || !entry.parameters) return entry.bytes;
    return *entry.parameters * static_cast<std::int64_t>(sizeof(float));
}

bool is_present(const fs::path& file) {
    std::error_code ignored;
    return fs::is_regular_file(file, ignored);
}

Json as_json(const WeightsEntry& entry, const fs::path& folder) {
    WeightsEntry copy = entry;
    Json json = write_options([&](Fields& fields) { describe(fields, copy); });
    json["path"] = (folder / entry.file).string();
    json["present"] = is_present(folder / entry.file);
    json["added"] = !find_weights(entry.name).has_value();
    return json;
}

/// "19 MB".
std::string megabytes(std::optional<std::int64_t> bytes) {
    return bytes ? with_commas((*bytes + 500'000) / 1'000'000) + " MB" : "-";
}

std::string share_text(std::optional<double> share) { return share ? four_decimals(*share) : "-"; }

void list_weights(bool json) {
    const fs::path folder = weights_folder();
    const std::vector<WeightsEntry> entries = all_weights(folder);
    if (json) {
        Json document = {{"folder", folder.string()}, {"weights", Json::array()}};
        for (const WeightsEntry& entry : entries) document["weights"].push_back(as_json(entry, folder));
        return print_json(document);
    }
    std::vector<std::vector<std::string>> rows = {{"name", "architecture", "size", "top-1", "licence", "here"}};
    for (const WeightsEntry& entry : entries) {
        const fs::path file = folder / entry.file;
        rows.push_back({entry.name, entry.architecture, megabytes(size_of(entry, file)),
                        share_text(entry.imagenet_top1), entry.licence, is_present(file) ? "yes" : "no"});
    }
    std::cout << aligned(rows) << "\nfolder  " << folder.string() << " (GRAFT_WEIGHTS names another folder)\n";
}

/// What a name stands for: an entry, or the usual weights of an architecture.
WeightsEntry entry_named(const std::string& name, const fs::path& folder) {
    if (const auto entry = find_weights(name, folder)) return *entry;
    if (const auto entry = default_weights(name)) return *entry;
    std::vector<std::string> known;
    for (const WeightsEntry& entry : all_weights(folder)) known.push_back(entry.name);
    throw ConfigError(name + ": there are no weights of that name" + did_you_mean(name, known) +
                      "; graft weights list shows all");
}

struct GetArguments {
    std::vector<std::string> names;
    bool force = false;
};

/// Another file under the entry's name may be a person's own: it is replaced only when that is asked for.
void get(const WeightsEntry& entry, const fs::path& folder, bool force, const Session& session) {
    const fs::path file = folder / entry.file;
    TerminalReporter reporter(session.screen);
    if (is_present(file)) {
        try {
            expect_file_of(entry, file);
            return reporter.note(entry.name + " is there already");
        } catch (const DataError& error) {
            if (!force)
                throw ConfigError(
                    format_text("{}; graft weights get {} --force replaces it", error.what(), entry.name));
            reporter.warn(std::string(error.what()) + "; it is replaced");
        }
    }
    fetch_weights(entry, folder, session.stop, reporter, present(force));
}

void get_all(const GetArguments& arguments, const Session& session) {
    const fs::path folder = weights_folder();
    std::vector<WeightsEntry> entries;
    std::vector<std::string> problems;
    for (const std::string& name : arguments.names) {
        try {
            entries.push_back(entry_named(name, folder));
        } catch (const ConfigError& error) {
            problems.emplace_back(error.what());
        }
    }
    if (!problems.empty()) throw ConfigError(problems);
    for (const WeightsEntry& entry : entries) {
        get(entry, folder, arguments.force, session);
        std::cout << (folder / entry.file).string() << std::endl;
    }
}

}  // namespace

void add_weights(CLI::App& app, Command& chosen) {
    CLI::App* weights = app.add_subcommand("weights", "Show, get, add or convert pretrained weights");
    weights->require_subcommand(0, 1);
    const auto json = std::make_shared<bool>(false);
    CLI::App* list_command = weights->add_subcommand("list", "Show the weights that a config can name");
    list_command->add_flag("--json", *json, "Print one JSON object, with all that is known of each");
    list_command->callback([json, &chosen] { chosen = [json](const Session&) { list_weights(*json); }; });
    const auto arguments = std::make_shared<GetArguments>();
    CLI::App* get_command = weights->add_subcommand("get", "Download weights and check them");
    get_command->add_option("names", arguments->names, "As the list has them; an architecture stands for its first")
        ->required()
        ->type_name("NAME...");
    takes_force(*get_command, arguments->force);
    get_command->callback(
        [arguments, &chosen] { chosen = [arguments](const Session& session) { get_all(*arguments, session); }; });
    add_weights_add(*weights, chosen);
    add_weights_convert(*weights, chosen);
}

}  // namespace graft
