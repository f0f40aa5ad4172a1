/// @file
/// A table of what follows what, as a `case`, and one function that walks along the words before the cursor: bash and
/// zsh run the same text, fish asks bash. Each shell then offers in its own way what the walk has found.
#include "app/shell/shell_completion.hpp"

#include "core/shell_words.hpp"
#include "core/text.hpp"

namespace graft {
namespace {

constexpr std::string_view kTable = R"(
# _graft_facts COMMAND PLACE: what the command has, and what may stand behind an option or at a place of its own.
_graft_facts() {
    subcommands='' flags='' taking='' values=''
    case $1 in
)";

// zsh has arrays called `commands` and `options` of its own.
constexpr std::string_view kWalk = R"(    esac
}

# _graft_walk WORD...: sets $values to what may stand for the last word: words, @file, @folder or nothing.
_graft_walk() {
    local command=graft option='' place=0 subcommands flags taking
    _graft_facts "$command" "$place"
    shift
    while (($# > 1)); do
        if [[ -n $option ]]; then
            [[ $1 == "=" ]] || option=''
        elif [[ " $taking " == *" $1 "* ]]; then
            option=$1
        elif [[ " $subcommands " == *" $1 "* ]]; then
            command+=" $1"
            _graft_facts "$command" "$place"
        elif [[ $1 != -?* ]]; then
            ((++place))
        fi
        shift
    done
    [[ $1 != --*=* ]] || option=${1%%=*}
    _graft_facts "$command" "${option:-$place}"
    if [[ -z $option && $1 == -* ]]; then
        values=$flags
    elif [[ -z $option && -n $subcommands ]]; then
        values=$subcommands
    fi
}
)";

// bash splits words at `=`, so that `--format=csv` comes as three. What compgen cannot find, because the word has
// quotes, readline can.
constexpr std::string_view kBash = R"(
_graft() {
    local word=${COMP_WORDS[COMP_CWORD]} values
    COMPREPLY=()
    _graft_walk "${COMP_WORDS[@]:0:COMP_CWORD + 1}"
    [[ $word != "=" ]] || word=''
    case $values in
        '') ;;
        @file) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
        @folder) mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
        *) mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word") ;;
    esac
    [[ $values != @* ]] || compopt -o filenames -o default 2>/dev/null
    return 0
}

complete -F _graft graft
)";

// Loaded by compinit the file is the body of _graft, so that it has to call it; sourced it only announces it.
constexpr std::string_view kZsh = R"(
_graft() {
    local values
    _graft_walk "${(@)words[1,CURRENT-1]}" "$PREFIX"
    [[ $PREFIX != --*=* ]] || compset -P '--*='
    case $values in
        '') _message 'a value' ;;
        @file) _files ;;
        @folder) _files -/ ;;
        *) compadd -- ${=values} ;;
    esac
}

if [[ $funcstack[1] == _graft ]]; then
    _graft "$@"
else
    compdef _graft graft
fi
)";

constexpr std::string_view kFish = R"(
function __graft_values
    set -l last (commandline -ct)
    bash -c $__graft_script bash (commandline -opc) "$last"
end

function __graft_offers
    set -l values (__graft_values)
    switch "$values"
        case '' @file
        case @folder
            __fish_complete_directories (commandline -ct)
        case '*'
            set -l before (string match -r -- '^--[^=]*=' (commandline -ct))
            printf '%s\n' "$before"(string split ' ' -- $values)
    end
end

complete -c graft -f -a '(__graft_offers)'
complete -c graft -n '__graft_values | string match -q @file' -F
)";

std::string values_of(const ArgumentFacts& argument) {
    switch (argument.kind) {
        case ValueKind::file: return "@file";
        case ValueKind::folder: return "@folder";
        case ValueKind::choice: return joined(argument.choices, " ");
        default: return "";
    }
}

/// The branch of a `case $2`, or nothing where nothing can be offered.
std::string branch(const std::string& pattern, const ArgumentFacts& argument) {
    const std::string values = values_of(argument);
    return values.empty() ? "" : format_text("                {}) values={} ;;\n", pattern, shell_quoted(values));
}

/// Options by their names, other arguments by their number; the one that repeats stands for all behind it.
std::string branches(const CommandFacts& command) {
    std::string text;
    for (const ArgumentFacts& option : command.options) text += branch(joined(option.names, " | "), option);
    for (std::size_t i = 0; i < command.places.size(); ++i)
        text += branch(command.places[i].repeats ? "[0-9]*" : std::to_string(i), command.places[i]);
    return text.empty() ? "" : "            case $2 in\n" + text + "            esac\n";
}

std::string facts_of(const CommandFacts& command) {
    std::vector<std::string> subcommands, flags, taking;
    for (const CommandFacts& sub : command.commands) subcommands.push_back(sub.name);
    for (const ArgumentFacts& option : command.options) {
        flags.push_back(option.main_name());
        if (option.kind != ValueKind::none) taking.insert(taking.end(), option.names.begin(), option.names.end());
    }
    std::string text = format_text("        {})\n", shell_quoted(command.path));
    const auto assign = [&](const std::string& name, const std::vector<std::string>& words) {
        if (!words.empty()) text += format_text("            {}={}\n", name, shell_quoted(joined(words, " ")));
    };
    assign("subcommands", subcommands);
    assign("flags", flags);
    assign("taking", taking);
    return text + branches(command) + "            ;;\n";
}

/// The table and the walk, which bash and zsh both understand.
std::string table_and_walk(const CommandFacts& graft) {
    std::string text(kTable);
    for (const CommandFacts* command : with_all_below(graft)) text += facts_of(*command);
    return text.append(kWalk);
}

std::string bash_script(const CommandFacts& graft) {
    return "# Completion of graft for bash 4 and newer; written by `graft completion bash`.\n" + table_and_walk(graft) +
           std::string(kBash);
}

std::string zsh_script(const CommandFacts& graft) {
    return "#compdef graft\n# Completion of graft for zsh; written by `graft completion zsh`. It belongs into a folder "
           "of $fpath, as _graft.\n" +
           table_and_walk(graft) + std::string(kZsh);
}

/// In single quotes, where fish knows two escapes.
std::string fish_quoted(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + "'";
}

std::string fish_script(const CommandFacts& graft) {
    const std::string asked = table_and_walk(graft) + "\n_graft_walk \"$@\"\nprintf %s \"$values\"\n";
    return "# Completion of graft for fish 3 and newer, which asks bash; written by `graft completion fish`.\n\n"
           "set -g __graft_script " +
           fish_quoted(asked) + "\n" + std::string(kFish);
}

}  // namespace

const Registry<ShellRow>& shells() {
    static const Registry<ShellRow> table{{"bash", bash_script}, {"zsh", zsh_script}, {"fish", fish_script}};
    return table;
}

}  // namespace graft
