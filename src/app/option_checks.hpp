/// @file
/// What options take, said as the config's errors say it.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "config/fields.hpp"
#include "core/enum_names.hpp"
#include "weights/format/unwrap.hpp"

namespace graft {

/// "expected integer in [1, 1024], got 2000": refuses other values, also those that are not whole.
[[nodiscard]] CLI::Validator integer_in(const Limits& limits);

/// "expected number in [0, 1], got most".
[[nodiscard]] CLI::Validator number_in(const Limits& limits);

/// `--exclude PATTERN`: files and folders that are left out.
void takes_exclude(CLI::App& command, std::vector<std::string>& patterns);

/// `--key KEY` and `--prefix PREFIX`: which part of a weights file is meant.
void takes_weights_choice(CLI::App& command, WeightsChoice& choice);

/// `--workers N`: threads.
void takes_workers(CLI::App& command, std::size_t& workers);

/// `--device DEVICE`, as device_named() takes it.
CLI::Option* takes_device(CLI::App& command, std::string& device,
                          const std::string& help = "Where the network computes: auto, cpu, cuda, cuda:1");

/// `--max-pixels N`: images of more are refused.
void takes_max_pixels(CLI::App& command, std::int64_t& max_pixels);

/// Lets every path that a command takes begin with `~` (core/folders), also where no shell has replaced it. Files and
/// folders are told by the names of their types.
void expand_paths(CLI::App& command);

/// The option takes one of these names; help and completion show them. @return the option
CLI::Option* takes_one_of(CLI::Option* option, const std::vector<std::string>& names);

/// An option that takes the names of an enum; the default is what `value` is before. @return the option
template <NamedEnum Enum>
CLI::Option* takes_choice(CLI::App& command, const std::string& name, Enum& value, const std::string& help) {
    const std::vector<std::string> names(enum_names<Enum>.begin(), enum_names<Enum>.end());
    const auto take = [&value](const std::string& text) { value = *enum_named<Enum>(text); };
    return takes_one_of(command.add_option_function<std::string>(name, take, help), names)
        ->default_str(std::string(text_of(value)));
}

}  // namespace graft
