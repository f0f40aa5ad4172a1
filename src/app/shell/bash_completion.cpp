/// @file
/// A table of what follows what, as a `case` of the script, and one function that walks along the words before the
/// cursor. bash splits words at `=`, so that `--format=csv` comes as three.
#include "app/shell/shell_completion.hpp"

namespace graft {
namespace {

constexpr std::string_view kHead = R"(# Completion of graft for bash 4 and newer; written by `graft completion bash`.

# _graft_facts COMMAND PLACE: what the command has, and what may stand behind an option or at a place of its own.
_graft_facts() {
    commands='' options='' taking='' values=''
    case $1 in
)";

constexpr std::string_view kTail = R"(    esac
}

_graft() {
    local word=${COMP_WORDS[COMP_CWORD]} command=graft option='' place=0 next i
    local commands options taking values
    COMPREPLY=()
    _graft_facts "$command" "$place"
    for ((i = 1; i < COMP_CWORD; ++i)); do
        next=${COMP_WORDS[i]}
        if [[ -n $option ]]; then
            [[ $next == = ]] || option=''
        elif [[ " $taking " == *" $next "* ]]; then
            option=$next
        elif [[ $next == -?* ]]; then
            continue
        elif [[ " $commands " == *" $next "* ]]; then
            command+=" $next"
            _graft_facts "$command" "$place"
        else
            ((++place))
        fi
    done
    [[ $word != = ]] || word=''
    if [[ -n $option ]]; then
        _graft_facts "$command" "$option"
    elif [[ $word == -* ]]; then
        values=$options
    else
        _graft_facts "$command" "$place"
        [[ -z $commands ]] || values=$commands
    fi
    case $values in
        '') ;;
        @file) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
        @folder) mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
        *) mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word") ;;
    esac
    # What compgen cannot find, because the word has quotes, readline can.
    [[ $values != @* ]] || compopt -o filenames -o default 2>/dev/null
    return 0
}

complete -F _graft graft
)";

std::string values_of(const ArgumentFacts& argument) {
    switch (argument.kind) {
        case ValueKind::file: return "@file";
        case ValueKind::folder: return "@folder";
        case ValueKind::choice: return joined_by_spaces(argument.choices);
        default: return "";
    }
}

/// The branch of a `case $2`, or nothing where nothing can be offered.
std::string branch(const std::string& pattern, const ArgumentFacts& argument) {
    const std::string values = values_of(argument);
    return values.empty() ? "" : "                " + pattern + ") values=" + shell_quoted(values) + " ;;\n";
}

/// Options by their names, other arguments by their number; the one that repeats stands for all behind it.
std::string branches(const CommandFacts& command) {
    std::string text;
    for (const ArgumentFacts& option : command.options) {
        std::string pattern;
        for (const std::string& name : option.names) pattern += (pattern.empty() ? "" : " | ") + name;
        text += branch(pattern, option);
    }
    for (std::size_t i = 0; i < command.places.size(); ++i)
        text += branch(command.places[i].repeats ? "[0-9]*" : std::to_string(i), command.places[i]);
    return text.empty() ? "" : "            case $2 in\n" + text + "            esac\n";
}

std::string facts_of(const CommandFacts& command) {
    std::vector<std::string> commands, options, taking;
    for (const CommandFacts& sub : command.commands) commands.push_back(sub.name);
    for (const ArgumentFacts& option : command.options) {
        options.push_back(option.main_name());
        if (option.kind != ValueKind::none) taking.insert(taking.end(), option.names.begin(), option.names.end());
    }
    std::string text = "        " + shell_quoted(command.path) + ")\n";
    const auto assign = [&](const std::string& name, const std::vector<std::string>& words) {
        if (!words.empty()) text += "            " + name + "=" + shell_quoted(joined_by_spaces(words)) + "\n";
    };
    assign("commands", commands);
    assign("options", options);
    assign("taking", taking);
    return text + branches(command) + "            ;;\n";
}

}  // namespace

std::string bash_completion(const CommandFacts& graft) {
    std::string text(kHead);
    for (const CommandFacts* command : with_all_below(graft)) text += facts_of(*command);
    return text + std::string(kTail);
}

}  // namespace graft
