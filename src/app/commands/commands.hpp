/// @file
/// The commands of `graft`. Each is one file: what it reads from the command line, what it calls, what it prints.
/// Results go to standard output, progress and remarks to standard error.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>

#include "app/interrupt.hpp"
#include "app/terminal/screen.hpp"

namespace CLI {
class App;
}

namespace graft {

/// What a command is given while it runs.
struct Session {
    std::stop_token stop;            ///< requested by Ctrl-C, SIGTERM and SIGHUP
    Screen screen;                   ///< standard error
    std::shared_ptr<Hangup> hangup;  ///< never null
};

/// What a command does. Whatever goes wrong is thrown.
using Command = std::function<void(const Session&)>;

/// Adds all commands to `app`, in the order in which help shows them.
void add_commands(CLI::App& app, Command& chosen);

// Each adds a subcommand to `app`. Parsing a command line that names it sets `chosen`.
void add_train(CLI::App& app, Command& chosen);
void add_combine(CLI::App& app, Command& chosen);
void add_tune(CLI::App& app, Command& chosen);
void add_lr_find(CLI::App& app, Command& chosen);
void add_crossval(CLI::App& app, Command& chosen);
void add_evaluate(CLI::App& app, Command& chosen);
void add_predict(CLI::App& app, Command& chosen);
void add_report(CLI::App& app, Command& chosen);
void add_embed(CLI::App& app, Command& chosen);
void add_similar(CLI::App& app, Command& chosen);
void add_export(CLI::App& app, Command& chosen);
void add_verify(CLI::App& app, Command& chosen);
void add_weights(CLI::App& app, Command& chosen);
void add_config(CLI::App& app, Command& chosen);
void add_data(CLI::App& app, Command& chosen);
void add_cache(CLI::App& app, Command& chosen);
void add_inspect(CLI::App& app, Command& chosen);
void add_doctor(CLI::App& app, Command& chosen);
// These two write about all commands, so they come last.
void add_completion(CLI::App& app, Command& chosen);
void add_man(CLI::App& app, Command& chosen);

void add_data_check(CLI::App& data, Command& chosen);

void add_weights_add(CLI::App& weights, Command& chosen);
void add_weights_convert(CLI::App& weights, Command& chosen);

}  // namespace graft
