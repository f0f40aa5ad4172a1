#include "app/shell/command_tree.hpp"

#include <CLI/App.hpp>
#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

namespace graft {
namespace {

constexpr std::array<std::string_view, 7> kFiles = {"FILE", "CONFIG", "MODEL", "OTHER", "PATH", "IMAGE", "OUTPUT"};
constexpr std::array<std::string_view, 2> kFolders = {"FOLDER", "DIR"};

std::vector<std::string> choices_in(const std::string& value_name) {
    std::vector<std::string> choices;
    std::istringstream text(value_name);
    for (std::string choice; std::getline(text, choice, '|');) choices.push_back(choice);
    return choices;
}

/// The names of values say what they are: "FILE", "csv|jsonl"; of others nothing is known.
ValueKind kind_of(const std::string& value_name) {
    if (value_name.find('|') != std::string::npos) return ValueKind::choice;
    if (std::ranges::find(kFiles, value_name) != kFiles.end()) return ValueKind::file;
    return std::ranges::find(kFolders, value_name) != kFolders.end() ? ValueKind::folder : ValueKind::text;
}

/// CLI11 puts a list into brackets.
std::string without_brackets(const std::string& text) {
    if (text.size() < 2 || text.front() != '[' || text.back() != ']') return text;
    return text.substr(1, text.size() - 2);
}

ArgumentFacts argument_facts(const CLI::Option& option) {
    ArgumentFacts facts{.description = option.get_description(),
                        .default_value = without_brackets(option.get_default_str()),
                        .required = option.get_required(),
                        .repeats = option.get_items_expected_max() > 1};
    for (const std::string& name : option.get_snames()) facts.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) facts.names.push_back("--" + name);
    if (option.get_items_expected_max() == 0) return facts;
    facts.value_name = option.get_type_name();
    facts.kind = kind_of(facts.value_name);
    if (facts.kind == ValueKind::choice) facts.choices = choices_in(facts.value_name);
    return facts;
}

CommandFacts facts_below(const CLI::App& app, const std::string& parents) {
    CommandFacts facts{.name = app.get_name(), .description = app.get_description(), .path = parents + app.get_name()};
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_group().empty()) continue;
        (option->nonpositional() ? facts.options : facts.places).push_back(argument_facts(*option));
    }
    for (const CLI::App* command : app.get_subcommands([](const CLI::App* sub) { return !sub->get_group().empty(); }))
        facts.commands.push_back(facts_below(*command, facts.path + " "));
    return facts;
}

}  // namespace

CommandFacts command_facts(const CLI::App& app) { return facts_below(app, ""); }

std::vector<const CommandFacts*> with_all_below(const CommandFacts& command) {
    std::vector<const CommandFacts*> all = {&command};
    for (const CommandFacts& sub : command.commands) {
        const std::vector<const CommandFacts*> below = with_all_below(sub);
        all.insert(all.end(), below.begin(), below.end());
    }
    return all;
}

}  // namespace graft
