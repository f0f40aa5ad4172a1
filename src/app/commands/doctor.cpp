#include <ATen/Version.h>
#include <torch/version.h>

#include <CLI/App.hpp>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <memory>
#include <opencv2/core/version.hpp>
#include <set>
#include <sstream>
#include <thread>

#include "app/allocator.hpp"
#include "app/commands/commands.hpp"
#include "app/results.hpp"
#include "core/embedded.hpp"
#include "core/folders.hpp"
#include "core/processor.hpp"
#include "core/text.hpp"
#include "inference/fused_inference.hpp"
#include "inference/throughput.hpp"
#include "weights/store/manifest.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

/// The processor as the kernel describes the first core.
struct Processor {
    std::string model = "unknown";
    std::vector<std::string> features;  ///< those that matter to graft's speed
};

Processor read_processor() {
    Processor processor;
    if (const auto models = processor_facts("model name"); !models.empty()) processor.model = models.front();
    const auto flags = processor_facts("flags");
    std::istringstream words(flags.empty() ? "" : flags.front());
    const std::set<std::string> present{std::istream_iterator<std::string>(words), {}};
    for (const char* name : {"avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16"})
        if (present.contains(name)) processor.features.emplace_back(name);
    return processor;
}

Json weights_json() {
    const fs::path folder = weights_folder();
    Json json = {{"folder", folder.string()}, {"files", Json::array()}};
    for (const WeightsEntry& entry : weights_manifest()) {
        std::error_code ignored;
        json["files"].push_back({{"name", entry.name},
                                 {"file", entry.file},
                                 {"present", fs::is_regular_file(folder / entry.file, ignored)}});
    }
    return json;
}

Json calibrations_json() {
    Json json = Json::array();
    for (const auto& [network, plan] : ThroughputFile(throughput_file()).all())
        json.push_back({{"network", network},
                        {"workers", plan.workers},
                        {"images_per_call", plan.images_per_call},
                        {"images_per_second", plan.images_per_second}});
    return json;
}

Json facts() {
    const Processor processor = read_processor();
    return {{"graft", version_text()},
            {"libtorch", TORCH_VERSION},
            {"opencv", CV_VERSION},
            {"processor", processor.model},
            {"cores", std::thread::hardware_concurrency()},
            {"features", processor.features},
            {"libtorch_uses", at::get_cpu_capability()},
            {"allocator", allocator_name()},
            {"bfloat16", has_bfloat16_units()},
            {"cache", cache_folder().string()},
            {"calibrations", calibrations_json()},
            {"weights", weights_json()}};
}

std::string text_of(const Json& facts) {
    std::string text;
    const auto add = [&](std::string name, const std::string& value) {
        name.resize(15, ' ');
        text += name + value + "\n";
    };
    add("graft", facts.at("graft"));
    add("LibTorch", facts.at("libtorch").get<std::string>() + ", uses " + facts.at("libtorch_uses").get<std::string>());
    add("OpenCV", facts.at("opencv"));
    add("processor", facts.at("processor"));
    add("cores", facts.at("cores").dump());
    std::string features;
    for (const Json& name : facts.at("features")) features += (features.empty() ? "" : " ") + name.get<std::string>();
    add("features", features.empty() ? "none of those that matter" : features);
    add("allocator", facts.at("allocator"));
    if (facts.at("allocator") != "tcmalloc")
        add("", "tcmalloc is faster: install libtcmalloc-minimal4 and build again");
    add("bfloat16", facts.at("bfloat16").get<bool>() ? "yes: \"precision\": \"bfloat16\" is fast here" : "no");
    add("cache", facts.at("cache").get<std::string>() + " (GRAFT_CACHE names another folder)");
    for (const Json& plan : facts.at("calibrations"))
        add("", plan.at("network").get<std::string>() + ": " + plan.at("workers").dump() + " workers, " +
                    images_per_call_text(plan.at("images_per_call")) + ", " +
                    with_commas(std::llround(plan.at("images_per_second").get<double>())) + " images/s");
    add("weights", facts.at("weights").at("folder").get<std::string>() + " (GRAFT_WEIGHTS names another folder)");
    for (const Json& file : facts.at("weights").at("files"))
        if (file.at("present").get<bool>())
            add("", file.at("name").get<std::string>() + ": " + file.at("file").get<std::string>());
    add("", "graft weights list shows all that can be had");
    return text;
}

void examine(bool json) {
    if (json)
        print_json(facts());
    else
        std::cout << text_of(facts());
}

}  // namespace

void add_doctor(CLI::App& app, Command& chosen) {
    const auto json = std::make_shared<bool>(false);
    CLI::App* command = app.add_subcommand("doctor", "Show what graft finds on this machine");
    command->add_flag("--json", *json, "Print one JSON object");
    command->callback([json, &chosen] { chosen = [json](const Session&) { examine(*json); }; });
}

}  // namespace graft
