/// @file
/// A command line as main() reads it, for tests of the commands.
#pragma once

#include <gtest/gtest.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "app/commands/commands.hpp"
#include "app/usage_error.hpp"

namespace graft::testing {

/// What became of a command line.
struct CommandLine {
    /// @param arguments without the program's own name
    explicit CommandLine(std::vector<std::string> arguments) {
        CLI::App app("", "graft");
        add_commands(app, chosen);
        std::ranges::reverse(arguments);  // as CLI11 takes them
        try {
            app.parse(arguments);
            named = named_command(app).get_name();
        } catch (const CLI::ParseError& error) {
            if (error.get_exit_code() == 0)
                help = named_command(app).help();
            else
                usage = usage_message(app, error);
        }
    }

    /// Runs the command that was chosen. Throws what it throws.
    void run() { chosen({.stop = stop.get_token(), .screen = {.out = spoken}, .hangup = std::make_shared<Hangup>()}); }

    Command chosen;             ///< empty when nothing is to be run
    std::string usage;          ///< what is wrong with the command line, or ""
    std::string help;           ///< the help that was asked for, or ""
    std::string named;          ///< the last command that was named
    std::ostringstream spoken;  ///< remarks and progress
    std::stop_source stop;
};

/// Runs a command line, which must be right. @return what it prints to standard output
inline std::string printed_by(CommandLine& line) {
    EXPECT_EQ(line.usage, "");
    ::testing::internal::CaptureStdout();
    try {
        line.run();
    } catch (...) {
        (void)::testing::internal::GetCapturedStdout();
        throw;
    }
    return ::testing::internal::GetCapturedStdout();
}

}  // namespace graft::testing
