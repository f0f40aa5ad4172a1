#include <CLI/App.hpp>
#include <iostream>
#include <memory>

#include "app/commands/commands.hpp"
#include "app/option_checks.hpp"
#include "app/results.hpp"
#include "core/text.hpp"
#include "core/text_layout.hpp"
#include "export/file_facts.hpp"

namespace graft {
namespace {

std::string line(std::string key, const std::string& value, std::size_t width = 15) {
    if (key.size() < width)
        key.resize(width, ' ');
    else
        key += ' ';
    return key + value + "\n";
}

/// "float32 265, int64 53".
template <class Counts>
std::string counts_text(const Counts& counts) {
    std::vector<std::string> texts;
    for (const auto& [name, count] : counts) texts.push_back(format_text("{} {}", name, count));
    return joined(texts);
}

std::string numbers_text(const std::vector<float>& values) {
    std::vector<std::string> texts;
    for (const float value : values) texts.push_back(four_digits(value));
    return joined(texts);
}

/// What graft.json says.
std::string contract_text(const ModelInfo& info) {
    std::string said = line("made by", "graft " + info.graft_version);
    if (info.task != TaskKind::classification) said += line("task", std::string(text_of(info.task)));
    said += line(info.task == TaskKind::regression ? "targets" : "classes",
                 format_text("{}: {}", info.outputs.size(), joined(info.outputs)));
    if (!info.thresholds.empty()) said += line("thresholds", numbers_text(info.thresholds));
    if (!info.target_std.empty()) {
        said += line("target mean", numbers_text(info.target_mean));
        said += line("target std", numbers_text(info.target_std));
    }
    said += line("backbone", format_text("{}, frozen: {}, weights {}", info.backbone, info.freeze, info.backbone_hash));
    said += line("temperature", Json(info.temperature).dump());
    if (info.decision.may_refuse())
        said += line("unknown", format_text("where the likeliest class has less than {}, or leads by less than {}",
                                            info.decision.min_confidence, info.decision.min_margin));
    if (info.references && info.decision.max_distance)
        said += line(
            "", format_text("or where number {} of the nearest of {} is farther than {}", info.references->neighbour,
                            count_of(info.references->images, "training image"), *info.decision.max_distance));
    std::vector<std::string> images;
    for (const GoldenImage& image : info.golden) images.push_back(image.name);
    return images.empty() ? said : said + line("golden images", joined(images));
}

std::string preprocessing_text(const Json& preprocessing) {
    std::string said = "preprocessing\n";
    for (const auto& [key, value] : preprocessing.items())
        said += "  " + line(key, value.is_string() ? value.get<std::string>() : value.dump(), 18);
    return said;
}

std::string onnx_text(const OnnxSummary& onnx) {
    return line("operator set",
                format_text("{}, format version {}, written by {}", onnx.opset, onnx.ir_version, onnx.producer)) +
           line("operators", counts_text(onnx.operators));
}

std::string names_text(const std::string& title, const std::vector<std::string>& names) {
    if (names.empty()) return "";
    std::string said = format_text("  {} ({})\n", title, names.size());
    for (const std::string& name : names) said += "    " + name + "\n";
    return said;
}

/// The architecture that the tensors are of, or the nearest one and what keeps them from being of it.
std::string architecture_text(const std::optional<ArchitectureFacts>& facts) {
    if (!facts) return line("architecture", "none that graft knows");
    const auto& [name, report] = facts->best;
    if (report.complete())
        return line("architecture",
                    format_text("{}: {} tensors fit, {} are not needed{}", name, report.loaded.size(),
                                report.left_out.size() + report.unused.size() + report.heads.size(),
                                facts->complete.size() > 1 ? "; complete for " + joined(facts->complete) : ""));
    return line("architecture", format_text("nearest is {}: {} tensors fit", name, report.loaded.size())) +
           names_text("missing in the file", report.missing) + names_text("not known to it", report.unexpected) +
           names_text("of another shape", report.mismatched);
}

std::string stages_text(const FileFacts& facts) {
    if (facts.stages.empty()) return "";
    std::vector<std::vector<std::string>> rows = {
        {"stage", format_text("output of {}x{}", facts.image_size, facts.image_size), "parameters"}};
    for (const StageRow& stage : facts.stages)
        rows.push_back({stage.name, bracketed_shape(stage.shape), with_commas(stage.parameters)});
    return aligned(rows);
}

std::string tensors_text(const std::vector<TensorFacts>& tensors) {
    std::vector<std::vector<std::string>> rows;
    for (const TensorFacts& tensor : tensors) rows.push_back({tensor.name, tensor.type, bracketed_shape(tensor.shape)});
    return aligned(rows);
}

std::string text_of(const FileFacts& facts) {
    std::string said =
        line("file", format_text("{} ({} bytes)", facts.file, with_commas(static_cast<std::int64_t>(facts.bytes))));
    said += line("kind", facts.kind) + line("parameters", with_commas(facts.parameters));
    if (!facts.types.empty()) said += line("types", counts_text(facts.types));
    if (facts.onnx) said += onnx_text(*facts.onnx);
    if (facts.is_weights) said += architecture_text(facts.architecture);
    if (facts.entry) said += line("known as", facts.entry->name);
    if (facts.class_count > 0 && !facts.info)
        said += line("classes", format_text("{}, without names", facts.class_count));
    if (facts.info) said += contract_text(*facts.info);
    for (const std::string& note : facts.notes) said += line("note", note);
    const Json document = to_json(facts);
    if (document.contains("preprocessing")) said += preprocessing_text(document.at("preprocessing"));
    said += stages_text(facts);
    return facts.tensors.empty() ? said : said + tensors_text(facts.tensors);
}

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
    command->add_option("--image-size", arguments->side, "Pixels of the network's input (default 224)")
        ->check(integer_in(between(32, 2048)))
        ->type_name("PIXELS");
    takes_weights_choice(*command, arguments->choice);
    command->add_flag("--json", arguments->json, "Print one JSON object, with the config it was trained with");
    command->callback([arguments, &chosen] { chosen = [arguments](const Session&) { inspect(*arguments); }; });
}

}  // namespace graft
