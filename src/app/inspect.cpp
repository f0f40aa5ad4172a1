#include <CLI/App.hpp>
#include <iostream>
#include <memory>

#include "app/commands.hpp"
#include "app/results.hpp"
#include "app/text_layout.hpp"
#include "core/suggest.hpp"
#include "deploy/model_file.hpp"

namespace graft {
namespace {

struct InspectArguments {
    std::string model;
    bool json = false;
};

std::int64_t parameter_count(const TorchModule& module) {
    std::int64_t count = 0;
    for (const at::Tensor& parameter : module.parameters()) count += parameter.numel();
    return count;
}

/// What graft.json says, and what the file itself shows.
Json facts_of(const std::filesystem::path& file) {
    const ModelFile model = load_model(file);
    Json facts = {{"file", file.string()},
                  {"bytes", std::filesystem::file_size(file)},
                  {"parameters", parameter_count(model.module)}};
    facts.update(to_json(model.info));
    return facts;
}

std::string text_of(const Json& facts) {
    const Json& preprocessing = facts.at("preprocessing");
    const Json& backbone = facts.at("backbone");
    const auto classes = facts.at("classes").get<std::vector<std::string>>();
    std::string text = "file           " + facts.at("file").get<std::string>() + " (" +
                       with_commas(facts.at("bytes").get<std::int64_t>()) + " bytes)\n";
    text += "made by        graft " + facts.at("graft_version").get<std::string>() + "\n";
    text += "classes        " + std::to_string(classes.size()) + ": " + comma_separated(classes) + "\n";
    text += "backbone       " + backbone.at("name").get<std::string>() +
            ", frozen: " + backbone.at("freeze").get<std::string>() + ", weights " +
            backbone.at("weights_hash").get<std::string>() + "\n";
    text += "parameters     " + with_commas(facts.at("parameters").get<std::int64_t>()) + "\n";
    text += "temperature    " + facts.at("temperature").dump() + "\n";
    text += "preprocessing\n";
    for (const auto& [key, value] : preprocessing.items())
        text += "  " + key + std::string(key.size() < 18 ? 18 - key.size() : 1, ' ') +
                (value.is_string() ? value.get<std::string>() : value.dump()) + "\n";
    return text;
}

void inspect(const InspectArguments& arguments) {
    const Json facts = facts_of(arguments.model);
    if (arguments.json)
        print_json(facts);
    else
        std::cout << text_of(facts);
}

}  // namespace

void add_inspect(CLI::App& app, Command& chosen) {
    const auto arguments = std::make_shared<InspectArguments>();
    CLI::App* command = app.add_subcommand("inspect", "Show what a model file says about itself");
    command->add_option("model", arguments->model, "The model, for example runs/NAME/model.pt")
        ->required()
        ->type_name("MODEL");
    command->add_flag("--json", arguments->json, "Print one JSON object, with the config it was trained with");
    command->callback([arguments, &chosen] { chosen = [arguments](const Session&) { inspect(*arguments); }; });
}

}  // namespace graft
