/// @file
/// The `graft` executable: reads the command line, runs a command, turns what it throws into an exit code.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <csignal>
#include <iostream>
#include <new>
#include <opencv2/core/utility.hpp>
#include <optional>

#include "app/allocator.hpp"
#include "app/commands/commands.hpp"
#include "app/interrupt.hpp"
#include "app/usage_error.hpp"
#include "app/versions.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

/// A file that is opened later must not get the number of a stream that the caller has closed: what is printed would go
/// into it. Using such a stream stays an error.
void occupy_closed_streams() {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::fcntl(stream, F_GETFD) < 0)
            static_cast<void>(::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY));
}

int report(const Screen& screen, const std::string& message, ExitCode code) {
    const std::string kind = code == ExitCode::interrupted ? "" : painted(screen, Colour::red, "error:") + " ";
    screen.out << "graft: " + kind + shown_lines(message) + "\n";
    return static_cast<int>(code);
}

/// Fills in what the command line asks for. @return an exit code when nothing is left to do
std::optional<int> parse(int argc, char** argv, const Screen& screen, Command& chosen) {
    CLI::App app("Transfer learning: a pretrained network, your images, one command.", "graft");
    app.set_version_flag("--version", versions_text, "Print the versions of graft and of what it is made of");
    add_commands(app, chosen);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
        return report(screen, usage_message(app, error), ExitCode::usage);
    }
    if (chosen) return std::nullopt;
    screen.out << named_command(app).help();
    return static_cast<int>(ExitCode::usage);
}

int run(int argc, char** argv, const Screen& screen) {
    Command command;
    if (const std::optional<int> code = parse(argc, argv, screen, command)) return *code;
    keep_freed_pages();
    std::signal(SIGPIPE, SIG_DFL);  // `graft predict … | head` ends without a word
    std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error like a full disk
    const Interrupt interrupt;
    cv::setNumThreads(1);  // graft's own workers use the cores
    try {
        command({interrupt.token(), screen, interrupt.hangup()});
    } catch (const Interrupted& error) {
        report(screen, error.what(), ExitCode::interrupted);
        return interrupt.exit_code();
    }
    if (!std::cout.flush()) throw Error("standard output cannot be written");
    return static_cast<int>(ExitCode::done);
}

}  // namespace
}  // namespace graft

int main(int argc, char** argv) {
    using namespace graft;
    occupy_closed_streams();
    const Screen screen = standard_error_screen();
    try {
        return run(argc, argv, screen);
    } catch (const Error& error) {
        return report(screen, error.what(), error.exit_code());
    } catch (const std::bad_alloc&) {
        return report(screen, "there is not enough memory", ExitCode::failed);
    } catch (const std::exception& error) {
        return report(screen, cause_in(error.what()), ExitCode::failed);
    }
}
