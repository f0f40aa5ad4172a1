#include "app/commands/commands.hpp"

#include <CLI/App.hpp>

#include "app/option_checks.hpp"

namespace graft {

void add_commands(CLI::App& app, Command& chosen) {
    app.require_subcommand(0, 1);  // with a limit, a folder called "data" is no second command
    for (const auto add : {add_train,   add_lr_find, add_tune,    add_crossval, add_evaluate,   add_predict, add_report,
                           add_combine, add_embed,   add_similar, add_export,   add_verify,     add_weights, add_config,
                           add_data,    add_cache,   add_inspect, add_doctor,   add_completion, add_man})
        add(app, chosen);
    expand_paths(app);
}

}  // namespace graft
