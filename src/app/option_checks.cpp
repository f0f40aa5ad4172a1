#include "app/option_checks.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "config/limits_text.hpp"
#include "core/device.hpp"
#include "core/folders.hpp"
#include "core/names.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

template <class Number>
CLI::Validator check(const std::string& type, const Limits& limits) {
    const auto problem = [type, limits](std::string& text) -> std::string {
        Number value{};
        const char* end = text.data() + text.size();
        const auto [stopped, error] = std::from_chars(text.data(), end, value);
        if (error == std::errc() && stopped == end && within(static_cast<double>(value), limits)) return "";
        return "expected " + number_text(type, limits) + ", got \"" + text + "\"";
    };
    return CLI::Validator(problem, "");
}

}  // namespace

CLI::Validator integer_in(const Limits& limits) { return check<std::int64_t>("integer", limits); }

CLI::Validator number_in(const Limits& limits) { return check<double>("number", limits); }

void takes_exclude(CLI::App& command, std::vector<std::string>& patterns) {
    command.add_option("--exclude", patterns, "Leave out files and folders, for example '*_mask.png'")
        ->type_name("PATTERN")
        ->allow_extra_args(false);
}

void takes_workers(CLI::App& command, std::size_t& workers) {
    command.add_option("--workers", workers, "Threads; 0: one per core")
        ->capture_default_str()
        ->type_name("N")
        ->check(integer_in(between(0, 1024)));
}

CLI::Option* takes_device(CLI::App& command, std::string& device, const std::string& help) {
    const auto problem = [](std::string& text) -> std::string {
        try {
            (void)device_named(text, "");
            return "";
        } catch (const ConfigError& error) {
            return std::string(error.what()).substr(std::string_view(": ").size());
        }
    };
    return command.add_option("--device", device, help)
        ->capture_default_str()
        ->type_name("DEVICE")
        ->check(CLI::Validator(problem, ""));
}

void takes_weights_choice(CLI::App& command, WeightsChoice& choice) {
    command.add_option("--key", choice.key, "The dict of the file that holds the tensors, for example model_ema")
        ->type_name("KEY");
    command.add_option("--prefix", choice.prefix, "Beginning of the tensors' names, for example encoder_q.")
        ->type_name("PREFIX");
}

void takes_max_pixels(CLI::App& command, std::int64_t& max_pixels) {
    command.add_option("--max-pixels", max_pixels, "Refuse images of more pixels")
        ->capture_default_str()
        ->type_name("N")
        ->check(integer_in(between(1, 1e10)));
}

void expand_paths(CLI::App& command) {
    static constexpr auto kPathTypes =
        std::to_array<std::string_view>({"CONFIG", "DIR", "FILE", "FOLDER", "MODEL", "OTHER", "OUTPUT", "PATH"});
    const auto expand = [](std::string& text) -> std::string {
        try {
            text = expand_home(text);
            return "";
        } catch (const ConfigError& error) {
            return error.what();
        }
    };
    for (CLI::Option* option : command.get_options())
        if (std::ranges::find(kPathTypes, option->get_type_name()) != kPathTypes.end())
            option->transform(CLI::Validator(expand, ""));
    for (CLI::App* inner : command.get_subcommands([](const CLI::App*) { return true; })) expand_paths(*inner);
}

CLI::Option* takes_one_of(CLI::Option* option, const std::vector<std::string>& names) {
    std::string shown;
    for (const std::string& name : names) shown += (shown.empty() ? "" : "|") + name;
    const auto problem = [names](std::string& text) -> std::string {
        for (const std::string& name : names)
            if (text == name) return "";
        return "expected one of " + joined(names) + ", got \"" + text + "\"" + did_you_mean(text, names);
    };
    return option->type_name(shown)->check(CLI::Validator(problem, ""));
}

}  // namespace graft
