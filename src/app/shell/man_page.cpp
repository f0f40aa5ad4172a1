#include "app/shell/man_page.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <utility>

#include "graft/core/version.hpp"

namespace graft {
namespace {

using Row = std::pair<std::string_view, std::string_view>;

constexpr auto kExitCodes = std::to_array<Row>({
    {"0", "Done."},
    {"1", "It failed while running: the loss is not finite, the disk is full."},
    {"2", "The command line or the config is wrong."},
    {"3", "The data or a file is unusable."},
    {"4", "A gate was not met: --fail-under, graft verify."},
    {"129", "The terminal was closed (SIGHUP); graft train saves its state and goes on instead."},
    {"130", "Interrupted; the state of a training run is saved, and --resume goes on from it."},
    {"143", "Asked to end, by SIGTERM; the same."},
});

// docs/commands.md has the same rows.
constexpr auto kEnvironment = std::to_array<Row>({
    {"GRAFT_WEIGHTS",
     "Folder of the pretrained weights; default: weights where there is such a folder, else "
     "$XDG_DATA_HOME/graft/weights, else ~/.local/share/graft/weights."},
    {"GRAFT_WEIGHTS_MIRROR", "An address that is asked for files of weights instead of the published ones."},
    {"GRAFT_CACHE", "Folder of the cache; default: $XDG_CACHE_HOME/graft, else ~/.cache/graft."},
    {"https_proxy, http_proxy, all_proxy, no_proxy", "Proxies for downloads, as for curl."},
    {"CURL_CA_BUNDLE, SSL_CERT_FILE, SSL_CERT_DIR", "Certificates that downloads trust, instead of the system's."},
    {"NO_COLOR", "When it is set, nothing is coloured."},
});

std::string upper_case(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

std::string dashed(std::string text) {
    std::ranges::replace(text, ' ', '-');
    return text;
}

std::string title(const CommandFacts& command) {
    return ".\\\" Written by `graft man`.\n.TH " + upper_case(roff_escaped(dashed(command.path))) + " 1 \"\" \"graft " +
           std::string(version_text()) + "\" \"graft manual\"\n.SH NAME\n" + roff_escaped(dashed(command.path)) +
           " \\- " + roff_escaped(command.description) + "\n";
}

std::string bold(std::string_view text) { return "\\fB" + roff_escaped(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + roff_escaped(text) + "\\fR"; }

/// A paragraph with a heading of its own.
std::string entry(const std::string& heading, const std::string& text) {
    return ".TP\n" + heading + "\n" + text + "\n";
}

/// "graft predict [OPTION ...] MODEL PATH ...".
std::string usage_of(const CommandFacts& command) {
    std::string text = bold(command.path) + " [" + italic("OPTION") + " ...]";
    for (const ArgumentFacts& place : command.places) {
        const std::string name = italic(place.value_name) + (place.repeats ? " ..." : "");
        text += place.required ? " " + name : " [" + name + "]";
    }
    return text + (command.commands.empty() ? "" : " " + italic("COMMAND") + " ...") + "\n";
}

std::string sentence(const std::string& text) { return text.empty() || text.back() == '.' ? text : text + "."; }

std::string meaning_of(const ArgumentFacts& argument) {
    std::string text = sentence(argument.description);
    if (argument.required && !argument.names.empty()) text += " Required.";
    if (!argument.default_value.empty()) text += " Default: " + argument.default_value + ".";
    if (argument.repeats && !argument.names.empty()) text += " May be given several times.";
    return roff_escaped(text);
}

std::string arguments_of(const CommandFacts& command) {
    std::string text;
    for (const ArgumentFacts& place : command.places) text += entry(italic(place.value_name), meaning_of(place));
    for (const ArgumentFacts& option : command.options) {
        std::string heading;
        for (const std::string& name : option.names) heading += (heading.empty() ? "" : ", ") + bold(name);
        if (!option.value_name.empty()) heading += " " + italic(option.value_name);
        text += entry(heading, meaning_of(option));
    }
    return text;
}

std::string section(const std::string& heading, std::span<const Row> rows) {
    std::string text = ".SH " + heading + "\n";
    for (const auto& [name, meaning] : rows) text += entry(bold(name), roff_escaped(meaning));
    return text;
}

}  // namespace

std::string roff_escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const bool begins_line = result.empty() || result.back() == '\n';
        if (begins_line && (c == '.' || c == '\'')) result += "\\&";
        if (c == '\\')
            result += "\\e";
        else if (c == '-')
            result += "\\-";
        else
            result += c;
    }
    return result;
}

std::string man_page_name(const CommandFacts& command) { return dashed(command.path) + ".1"; }

std::string main_man_page(const CommandFacts& graft) {
    std::string text = title(graft) + ".SH SYNOPSIS\n" + usage_of(graft) + ".SH DESCRIPTION\n";
    text += roff_escaped(
                "graft turns a pretrained network and a folder of images into a tested image classifier, driven by one "
                "JSON file. Results go to standard output, progress, notes and errors to standard error.") +
            "\n.SH COMMANDS\n";
    for (const CommandFacts& command : graft.commands)
        text +=
            entry("\\fB" + roff_escaped(dashed(command.path)) + "\\fR(1)", roff_escaped(sentence(command.description)));
    text += ".SH OPTIONS\n" + arguments_of(graft);
    return text + section("EXIT STATUS", kExitCodes) + section("ENVIRONMENT", kEnvironment);
}

std::string command_man_page(const CommandFacts& command) {
    std::string text = title(command) + ".SH SYNOPSIS\n";
    if (command.commands.empty()) text += usage_of(command) + ".SH OPTIONS\n" + arguments_of(command);
    bool first = true;
    for (const CommandFacts& sub : command.commands) {
        text += (first ? "" : ".br\n") + usage_of(sub);
        first = false;
    }
    if (!command.commands.empty()) text += ".SH COMMANDS\n";
    for (const CommandFacts& sub : command.commands)
        text +=
            ".SS " + roff_escaped(sub.path) + "\n" + roff_escaped(sentence(sub.description)) + "\n" + arguments_of(sub);
    return text + ".SH SEE ALSO\n\\fBgraft\\fR(1), which has the exit codes.\n";
}

}  // namespace graft
