/// @file
/// A function per command that calls zsh's own _arguments, which knows how words are walked along.
#include "app/shell/shell_completion.hpp"

namespace graft {
namespace {

constexpr std::string_view kHead = R"(#compdef graft
# Completion of graft for zsh; written by `graft completion zsh`. It belongs into a folder of $fpath, as _graft.

)";

// Loaded by compinit the file is the body of _graft, so that it has to call it; sourced it only announces it.
constexpr std::string_view kTail = R"(
if [[ $funcstack[1] == _graft ]]; then
    _graft "$@"
else
    compdef _graft graft
fi
)";

/// `text` with a backslash before each of `special`.
std::string escaped(std::string_view text, std::string_view special) {
    std::string result;
    for (const char c : text) {
        if (special.find(c) != std::string_view::npos) result += '\\';
        result += c;
    }
    return result;
}

std::string function_name(const CommandFacts& command) {
    std::string name = "_" + command.path;
    for (char& c : name)
        if (c == ' ') c = '_';
    return name;
}

/// ":FILE:_files": what the value is called, and how it is completed.
std::string value_spec(const ArgumentFacts& argument) {
    std::string action = " ";
    if (argument.kind == ValueKind::file) action = "_files";
    if (argument.kind == ValueKind::folder) action = "_files -/";
    if (argument.kind == ValueKind::choice) action = "(" + joined_by_spaces(argument.choices) + ")";
    return ":" + escaped(argument.value_name, "\\:") + ":" + action;
}

/// A line of arguments for _arguments, one per name.
std::string option_specs(const ArgumentFacts& option) {
    std::string text;
    for (const std::string& name : option.names) {
        const bool takes_value = option.kind != ValueKind::none;
        const bool ends_the_line = name == "--help" || name == "-h" || name == "--version";
        std::string spec = ends_the_line ? "(- : *)" : option.repeats ? "*" : "";
        spec += name;
        if (takes_value) spec += name.starts_with("--") ? "=" : "+";
        spec += "[" + escaped(option.description, "\\[]:") + "]";
        if (takes_value) spec += value_spec(option);
        text += " \\\n        " + shell_quoted(spec);
    }
    return text;
}

std::string place_specs(const CommandFacts& command) {
    std::string text;
    for (std::size_t i = 0; i < command.places.size(); ++i) {
        const ArgumentFacts& place = command.places[i];
        text += " \\\n        " +
                shell_quoted((place.repeats ? std::string("*") : std::to_string(i + 1)) + value_spec(place));
    }
    return text;
}

/// The names of the commands below with what they do, then the function of the one that is named.
std::string dispatch(const CommandFacts& command) {
    std::string names, branches;
    for (const CommandFacts& sub : command.commands) {
        names += "                " + shell_quoted(escaped(sub.name, ":") + ":" + sub.description) + "\n";
        branches += "                " + sub.name + ") " + function_name(sub) + " ;;\n";
    }
    return "    case $state in\n        command)\n            commands=(\n" + names +
           "            )\n            _describe -t commands command commands\n            ;;\n"
           "        rest)\n            case $words[1] in\n" +
           branches + "            esac\n            ;;\n    esac\n";
}

std::string function_of(const CommandFacts& command) {
    std::string text = function_name(command) + "() {\n";
    std::string specs;
    for (const ArgumentFacts& option : command.options) specs += option_specs(option);
    specs += place_specs(command);
    if (command.commands.empty()) return text + "    _arguments" + specs + "\n}\n\n";
    text += "    local curcontext=$curcontext state line\n    local -a commands\n    typeset -A opt_args\n";
    text += "    _arguments -C" + specs + " \\\n        '1: :->command' \\\n        '*:: :->rest'\n";
    return text + dispatch(command) + "}\n\n";
}

}  // namespace

std::string zsh_completion(const CommandFacts& graft) {
    std::string text(kHead);
    for (const CommandFacts* command : with_all_below(graft)) text += function_of(*command);
    text.pop_back();
    return text + std::string(kTail);
}

}  // namespace graft
