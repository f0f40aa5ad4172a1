#include "app/shell/shell_completion.hpp"

namespace graft {

const Registry<ShellRow>& shells() {
    static const Registry<ShellRow> table{
        {"bash", bash_completion}, {"zsh", zsh_completion}, {"fish", fish_completion}};
    return table;
}

std::string shell_quoted(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

std::string joined_by_spaces(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

}  // namespace graft
