#include "app/file_facts.hpp"
#include "core/text.hpp"
#include "core/text_layout.hpp"

namespace graft {
namespace {

std::string line(const std::string& key, const std::string& value) {
    return key + std::string(key.size() < 15 ? 15 - key.size() : 1, ' ') + value + "\n";
}

std::string text(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

/// "float32 265, int64 53".
std::string counts_text(const Json& counts) {
    std::vector<std::string> texts;
    for (const auto& [name, count] : counts.items()) texts.push_back(name + " " + count.dump());
    return joined(texts);
}

/// What graft.json says, as far as the file has it.
std::string contract_text(const Json& facts) {
    std::string said;
    if (facts.contains("graft_version")) said += line("made by", "graft " + text(facts.at("graft_version")));
    if (facts.contains("classes")) {
        const auto classes = facts.at("classes").get<std::vector<std::string>>();
        said += line("classes", std::to_string(classes.size()) + ": " + joined(classes));
    }
    if (facts.contains("class_count")) said += line("classes", text(facts.at("class_count")) + ", without names");
    if (facts.contains("backbone")) {
        const Json& backbone = facts.at("backbone");
        said += line("backbone", text(backbone.at("name")) + ", frozen: " + text(backbone.at("freeze")) + ", weights " +
                                     text(backbone.at("weights_hash")));
    }
    if (facts.contains("temperature")) said += line("temperature", facts.at("temperature").dump());
    if (facts.contains("golden"))
        said += line("golden images", joined(facts.at("golden").get<std::vector<std::string>>()));
    return said;
}

std::string preprocessing_text(const Json& facts) {
    if (!facts.contains("preprocessing")) return "";
    std::string said = "preprocessing\n";
    for (const auto& [key, value] : facts.at("preprocessing").items())
        said += "  " + key + std::string(key.size() < 18 ? 18 - key.size() : 1, ' ') + text(value) + "\n";
    return said;
}

std::string onnx_text(const Json& facts) {
    return line("operator set", facts.at("opset").dump() + ", format version " + facts.at("ir_version").dump() +
                                    ", written by " + text(facts.at("producer"))) +
           line("operators", counts_text(facts.at("operators")));
}

std::string names_text(const std::string& title, const Json& names) {
    if (names.empty()) return "";
    std::string said = "  " + title + " (" + std::to_string(names.size()) + ")\n";
    for (const Json& name : names) said += "    " + text(name) + "\n";
    return said;
}

/// The architecture that the tensors are of, or the nearest one and what keeps them from being of it.
std::string architecture_text(const Json& fit) {
    if (fit.is_null()) return line("architecture", "none that graft knows");
    const std::string name = text(fit.at("name")), loaded = fit.at("loaded").dump() + " tensors fit";
    if (!fit.at("complete").empty()) {
        const auto all = fit.at("complete").get<std::vector<std::string>>();
        return line("architecture", name + ": " + loaded + ", " + fit.at("left_out").dump() + " are not needed" +
                                        (all.size() > 1 ? "; complete for " + joined(all) : ""));
    }
    return line("architecture", "nearest is " + name + ": " + loaded) +
           names_text("missing in the file", fit.at("missing")) + names_text("not known to it", fit.at("unexpected")) +
           names_text("of another shape", fit.at("mismatched"));
}

std::string stages_text(const Json& facts) {
    if (!facts.contains("stages")) return "";
    const std::string side = facts.at("image_size").dump();
    std::vector<std::vector<std::string>> rows = {{"stage", "output of " + side + "x" + side, "parameters"}};
    for (const Json& stage : facts.at("stages"))
        rows.push_back({text(stage.at("name")), stage.at("shape").dump(),
                        with_commas(stage.at("parameters").get<std::int64_t>())});
    return aligned(rows);
}

std::string tensors_text(const Json& tensors) {
    std::vector<std::vector<std::string>> rows;
    for (const Json& tensor : tensors)
        rows.push_back({text(tensor.at("name")), text(tensor.at("type")), tensor.at("shape").dump()});
    return aligned(rows);
}

}  // namespace

std::string text_of(const Json& facts) {
    std::string said =
        line("file", text(facts.at("file")) + " (" + with_commas(facts.at("bytes").get<std::int64_t>()) + " bytes)");
    said += line("kind", text(facts.at("kind")));
    said += line("parameters", with_commas(facts.at("parameters").get<std::int64_t>()));
    if (facts.contains("types")) said += line("types", counts_text(facts.at("types")));
    if (facts.contains("operators")) said += onnx_text(facts);
    if (facts.contains("architecture")) said += architecture_text(facts.at("architecture"));
    if (facts.contains("manifest")) said += line("known as", text(facts.at("manifest")));
    said += contract_text(facts);
    if (facts.contains("notes"))
        for (const Json& note : facts.at("notes")) said += line("note", text(note));
    said += preprocessing_text(facts) + stages_text(facts);
    if (facts.contains("tensors")) said += tensors_text(facts.at("tensors"));
    return said;
}

}  // namespace graft
