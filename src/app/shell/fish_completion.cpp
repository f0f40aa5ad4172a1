/// @file
/// A line per command, option and place, each with the condition under which it is offered. One function of the script
/// walks along the words before the cursor and says which command it is, and how many of its places are filled.
#include "app/shell/shell_completion.hpp"

namespace graft {
namespace {

constexpr std::string_view kHead = R"(# Completion of graft for fish 3 and newer; written by `graft completion fish`.

# Which command the words before the cursor name, and how many places behind it are filled: "graft train 1".
function __graft_where
    set -l command graft
    set -l place 0
    set -l is_value 0
    set -l words (commandline -opc)
    for word in $words[2..-1]
        if test $is_value = 1
            set is_value 0
            continue
        end
        switch "$command $word"
)";

constexpr std::string_view kMiddle = R"(            case '* -h' '* --*'
                continue
            case '*'
                set place (math $place + 1)
        end
    end
    echo $command $place
end

function __graft_command_is
    string match -qr -- "^$argv [0-9]+\$" (__graft_where)
end

function __graft_place_is
    test (__graft_where) = "$argv"
end

function __graft_place_from
    set -l where (string split ' ' (__graft_where))
    test "$where[1..-2]" = "$argv[1..-2]" -a $where[-1] -ge $argv[-1]
end

complete -c graft -f
)";

/// In single quotes, where fish knows two escapes.
std::string quoted(std::string_view text) {
    std::string result = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') result += '\\';
        result += c;
    }
    return result + "'";
}

/// What is completed, as options of `complete`.
std::string values_of(const ArgumentFacts& argument) {
    switch (argument.kind) {
        case ValueKind::file: return " -F";
        case ValueKind::folder: return " -a '(__fish_complete_directories (commandline -ct))'";
        case ValueKind::choice: return " -a " + quoted(joined_by_spaces(argument.choices));
        default: return "";
    }
}

std::string line(const std::string& condition, const std::string& rest, const std::string& description) {
    return "complete -c graft -n " + quoted(condition) + rest + " -d " + quoted(description) + "\n";
}

/// The branches of the walk: the commands, and the options whose next word is their value.
std::string walk(const CommandFacts& graft) {
    std::string commands, taking;
    for (const CommandFacts* command : with_all_below(graft)) {
        if (command != &graft) commands += " " + quoted(command->path);
        for (const ArgumentFacts& option : command->options)
            for (const std::string& name : option.names)
                if (option.kind != ValueKind::none) taking += " " + quoted(command->path + " " + name);
    }
    return "            case" + commands + "\n                set command \"$command $word\"\n            case" +
           taking + "\n                set is_value 1\n";
}

std::string option_line(const CommandFacts& command, const ArgumentFacts& option) {
    std::string rest;
    for (const std::string& name : option.names)
        rest += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    if (option.kind != ValueKind::none) rest += option.kind == ValueKind::file ? " -r" : " -x";
    return line("__graft_command_is " + command.path, rest + values_of(option), option.description);
}

std::string lines_of(const CommandFacts& command) {
    std::string text;
    for (const CommandFacts& sub : command.commands)
        text += line("__graft_place_is " + command.path + " 0", " -a " + quoted(sub.name), sub.description);
    for (const ArgumentFacts& option : command.options) text += option_line(command, option);
    for (std::size_t i = 0; i < command.places.size(); ++i) {
        const ArgumentFacts& place = command.places[i];
        const std::string condition = place.repeats ? "__graft_place_from " : "__graft_place_is ";
        if (const std::string values = values_of(place); !values.empty())
            text += line(condition + command.path + " " + std::to_string(i), values, place.description);
    }
    return text;
}

}  // namespace

std::string fish_completion(const CommandFacts& graft) {
    std::string text = std::string(kHead) + walk(graft) + std::string(kMiddle);
    for (const CommandFacts* command : with_all_below(graft)) text += lines_of(*command);
    return text;
}

}  // namespace graft
