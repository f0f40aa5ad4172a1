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
#include "core/device.hpp"
#include "core/folders.hpp"
#include "core/text.hpp"
#include "graft/core/version.hpp"
#include "inference/fused_inference.hpp"
#include "inference/throughput.hpp"
#include "network/torch_device.hpp"
#include "weights/store/manifest.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTcmalloc = "tcmalloc";

struct WeightsFile {
    std::string name, file;
    bool is_present = false;
};

/// What graft finds on this machine.
struct MachineFacts {
    std::string processor = "unknown";
    std::vector<std::string> features;  ///< of the processor, those that matter to graft's speed
    unsigned cores = std::thread::hardware_concurrency();
    std::string libtorch_uses = at::get_cpu_capability();
    std::string allocator{allocator_name()};
    bool has_bfloat16 = has_bfloat16_units();
    std::vector<std::string> gpus = gpu_names();  ///< as the driver calls them
    std::string no_gpu_because = why_absent({DeviceKind::cuda, 0});
    fs::path cache = cache_folder(), weights = weights_folder();
    std::vector<ThroughputRecord> throughput = ThroughputFile(throughput_file()).all();
    std::vector<WeightsFile> files;
};

/// The first core's, as the kernel describes it.
void add_processor(MachineFacts& facts) {
    if (const auto models = processor_facts("model name"); !models.empty()) facts.processor = models.front();
    const auto flags = processor_facts("flags");
    std::istringstream words(flags.empty() ? "" : flags.front());
    const std::set<std::string> present{std::istream_iterator<std::string>(words), {}};
    for (const char* name : {"avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16"})
        if (present.contains(name)) facts.features.emplace_back(name);
}

MachineFacts look_around() {
    MachineFacts facts;
    add_processor(facts);
    for (const WeightsEntry& entry : weights_manifest()) {
        std::error_code ignored;
        facts.files.push_back({entry.name, entry.file, fs::is_regular_file(facts.weights / entry.file, ignored)});
    }
    return facts;
}

Json to_json(const MachineFacts& facts) {
    Json throughput = Json::array(), files = Json::array();
    for (const auto& [network, plan] : facts.throughput)
        throughput.push_back({{"network", network},
                              {"workers", plan.workers},
                              {"images_per_call", plan.images_per_call},
                              {"images_per_second", plan.images_per_second}});
    for (const WeightsFile& file : facts.files)
        files.push_back({{"name", file.name}, {"file", file.file}, {"present", file.is_present}});
    return {{"graft", version_text()},
            {"libtorch", TORCH_VERSION},
            {"opencv", CV_VERSION},
            {"processor", facts.processor},
            {"cores", facts.cores},
            {"features", facts.features},
            {"libtorch_uses", facts.libtorch_uses},
            {"allocator", facts.allocator},
            {"bfloat16", facts.has_bfloat16},
            {"gpus", facts.gpus},
            {"no_gpu_because", facts.no_gpu_because.empty() ? Json(nullptr) : Json(facts.no_gpu_because)},
            {"cache", facts.cache.string()},
            {"throughput", throughput},
            {"weights", {{"folder", facts.weights.string()}, {"files", files}}}};
}

std::string text_of(const MachineFacts& facts) {
    std::string text;
    const auto add = [&](std::string name, const std::string& value) {
        name.resize(15, ' ');
        text += name + value + "\n";
    };
    add("graft", std::string(version_text()));
    add("LibTorch", format_text("{}, uses {}", TORCH_VERSION, facts.libtorch_uses));
    add("OpenCV", CV_VERSION);
    add("processor", facts.processor);
    add("cores", format_text("{}", facts.cores));
    add("features", facts.features.empty() ? "none of those that matter" : joined(facts.features, " "));
    add("allocator", facts.allocator);
    if (facts.allocator != kTcmalloc) add("", "tcmalloc is faster: install libtcmalloc-minimal4 and build again");
    add("bfloat16", facts.has_bfloat16 ? "yes: \"precision\": \"bfloat16\" is fast here" : "no");
    add("GPU", facts.gpus.empty() ? "none that the NVIDIA driver knows" : joined(facts.gpus));
    add("", facts.no_gpu_because.empty() ? "\"device\": \"cuda\" computes on it" : "not used: " + facts.no_gpu_because);
    add("cache", format_text("{} (GRAFT_CACHE names another folder)", facts.cache));
    for (const auto& [network, plan] : facts.throughput)
        add("",
            format_text("{}: {} workers, {}, {} images/s", network, plan.workers,
                        images_per_call_text(plan.images_per_call), with_commas(std::llround(plan.images_per_second))));
    add("weights", format_text("{} (GRAFT_WEIGHTS names another folder)", facts.weights));
    for (const WeightsFile& file : facts.files)
        if (file.is_present) add("", format_text("{}: {}", file.name, file.file));
    add("", "graft weights list shows all of them");
    return text;
}

void examine(bool json) {
    const MachineFacts facts = look_around();
    if (json)
        print_json(to_json(facts));
    else
        std::cout << text_of(facts);
}

}  // namespace

void add_doctor(CLI::App& app, Command& chosen) {
    const auto json = std::make_shared<bool>(false);
    CLI::App* command = app.add_subcommand("doctor", "Show what graft finds on this machine");
    command->add_flag("--json", *json, "Print one JSON object");
    command->callback([json, &chosen] { chosen = [json](const Session&) { examine(*json); }; });
}

}  // namespace graft
