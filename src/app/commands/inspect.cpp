#include <CLI/App.hpp>
#include <iostream>
#include <memory>

#include "app/commands/commands.hpp"
#include "app/facts_text.hpp"
#include "app/option_checks.hpp"
#include "app/results.hpp"

namespace graft {
namespace {

struct InspectArguments {
    std::string file;
    std::int64_t side = 224;
    WeightsChoice choice;
    bool json = false;
};

void inspect(const InspectArguments& arguments) {
    const FileFacts facts = facts_of(arguments.file, arguments.side, arguments.choice);
    if (arguments.json)
        print_json(to_json(facts));
    else
        std::cout << text_of(facts);
}

}  // namespace

void add_inspect(CLI::App& app, Command& chosen) {
    const auto arguments = std::make_shared<InspectArguments>();
    CLI::App* command = app.add_subcommand("inspect", "Show what a model or weights file is and says about itself");
    command->add_option("file", arguments->file, "model.pt, ONNX, TorchScript, .pth or .safetensors")
        ->required()
        ->type_name("FILE");
    command->add_option("--image-size", arguments->side, "Pixels of the pictures that stages are shown (default 224)")
        ->check(integer_in(between(32, 2048)))
        ->type_name("PIXELS");
    takes_weights_choice(*command, arguments->choice);
    command->add_flag("--json", arguments->json, "Print one JSON object, with the config it was trained with");
    command->callback([arguments, &chosen] { chosen = [arguments](const Session&) { inspect(*arguments); }; });
}

}  // namespace graft
