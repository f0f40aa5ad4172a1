#include "app/config_arguments.hpp"

#include "core/device.hpp"
#include "core/text.hpp"

namespace graft {

void takes_config(CLI::App& command, ConfigArguments& arguments, const std::string& what, const std::string& set) {
    command.add_option("config", arguments.config, what)->required()->type_name("CONFIG");
    command.add_option("--set", arguments.assignments, set)->type_name("/PATH=VALUE")->allow_extra_args(false);
}

void takes_device(CLI::App& command, ConfigArguments& arguments) {
    const auto set = [&arguments](const std::string& device) {
        (void)device_named(device, "--device");
        arguments.assignments.push_back(format_text("/device=\"{}\"", device));
    };
    command
        .add_option_function<std::string>(
            "--device", set, "Where the network computes, whatever the config says: auto, cpu, cuda, cuda:1")
        ->type_name("DEVICE");
}

void takes_offline(CLI::App& command, bool& offline, const std::string& what) {
    command.add_flag("--offline", offline, what);
}

MissingWeights missing_weights(bool offline) { return offline ? MissingWeights::refuse : MissingWeights::download; }

ExistingRun existing_run(bool resume, bool overwrite) {
    if (resume) return ExistingRun::resume;
    return overwrite ? ExistingRun::overwrite : ExistingRun::refuse;
}

}  // namespace graft
