#include "inference/throughput.hpp"

#include <torch/version.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "config/json.hpp"
#include "core/clock.hpp"
#include "core/device.hpp"
#include "core/files.hpp"
#include "core/folders.hpp"
#include "core/ordered_map.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "network/backbone.hpp"
#include "network/torch_device.hpp"

namespace graft {
namespace {

constexpr double kSecondsPerTrial = 0.7;
constexpr double kWorthwhile = 1.03;
constexpr std::int64_t kWorthMeasuring = 3000;  // images; below, the measuring takes longer than it saves

/// Cores that do not share their arithmetic units; the number of threads where the system does not tell.
std::size_t physical_cores(std::size_t threads) {
    const auto packages = processor_facts("physical id"), cores = processor_facts("core id");
    std::set<std::string> distinct;
    for (std::size_t i = 0; i < std::min(packages.size(), cores.size()); ++i)
        distinct.insert(packages[i] + " " + cores[i]);
    return distinct.empty() ? threads : std::min(threads, distinct.size());
}

double measured_images_per_second(const Inference& network, const at::Tensor& example, std::size_t workers) {
    const at::Tensor input =
        example.expand({network.images_per_call(), -1, -1, -1}).contiguous(at::MemoryFormat::ChannelsLast);
    std::atomic<std::int64_t> images = 0;
    const Clock::time_point start = Clock::now();
    std::vector<std::future<void>> threads;
    for (std::size_t i = 0; i < workers; ++i)
        threads.push_back(std::async(std::launch::async, [&] {
            use_one_thread_here();
            while (seconds_since(start) < kSecondsPerTrial) {
                static_cast<void>(network(input));
                images += network.images_per_call();
            }
        }));
    for (std::future<void>& thread : threads) thread.get();
    return static_cast<double>(images) / seconds_since(start);
}

Json read_all(const std::filesystem::path& file) {
    try {
        Json document = parse_json_file(file);
        if (document.is_object() && document.value("machine", "") == machine_text() && document["plans"].is_object())
            return document;
    } catch (const std::exception&) {  // absent or damaged: nothing is known
    }
    return {{"machine", machine_text()}, {"plans", Json::object()}};
}

std::optional<InferencePlan> plan_from(const Json& json) {
    try {
        InferencePlan plan{json.at("workers").get<std::size_t>(), json.at("images_per_call").get<std::int64_t>(),
                           json.at("images_per_second").get<double>()};
        if (plan.workers >= 1 && plan.workers <= 1024 && plan.images_per_call >= 1 && plan.images_per_call <= 4096)
            return plan;
    } catch (const Json::exception&) {  // as if it were not there
    }
    return std::nullopt;
}

}  // namespace

std::string machine_text() {
    const auto models = processor_facts("model name");
    return format_text("{}, {} threads, LibTorch {}", models.empty() ? "unknown" : models.front(),
                       std::thread::hardware_concurrency(), TORCH_VERSION);
}

std::string images_per_call_text(std::int64_t images) {
    return count_of(static_cast<std::uint64_t>(images), "image") + " per call";
}

std::string network_name(const std::string& backbone, const std::string& weights_hash, const std::string& graft_point,
                         const Preprocessing& input, Precision precision, const Device& device) {
    const std::string network = backbone == kTorchScript ? backbone + " " + weights_hash.substr(0, 12) : backbone;
    const std::string name = format_text("{}{}{} {}x{} {}", network, graft_point.empty() ? "" : " to ", graft_point,
                                         input.width, input.height, precision);
    return device.kind == DeviceKind::cpu ? name : format_text("{} on {}", name, description_of(device));
}

std::filesystem::path throughput_file() {
    return cache_folder().empty() ? std::filesystem::path() : cache_folder() / "throughput.json";
}

std::optional<InferencePlan> ThroughputFile::find(const std::string& network) const {
    const Json document = read_all(file_);
    const auto found = document.at("plans").find(network);
    return found == document.at("plans").end() ? std::nullopt : plan_from(*found);
}

void ThroughputFile::keep(const std::string& network, const InferencePlan& plan) const {
    Json document = read_all(file_);
    document["plans"][network] = {{"workers", plan.workers},
                                  {"images_per_call", plan.images_per_call},
                                  {"images_per_second", plan.images_per_second}};
    write_file(file_, pretty(document));
}

std::optional<InferencePlan> ThroughputFile::find_or_measure(const std::string& network, std::int64_t images,
                                                             const std::function<InferencePlan()>& measure,
                                                             Reporter& reporter) const {
    if (file_.empty()) return std::nullopt;
    if (const auto known = find(network)) return known;
    if (images < kWorthMeasuring) return std::nullopt;
    const InferencePlan plan = measure();
    reporter.note(format_text("measured {} on this machine: fastest with {} and {}", network,
                              count_of(plan.workers, "worker"), images_per_call_text(plan.images_per_call)));
    try {
        keep(network, plan);
    } catch (const std::exception& error) {
        reporter.warn(format_text("the measurement is not kept: {}", error.what()));
    }
    return plan;
}

std::vector<ThroughputRecord> ThroughputFile::all() const {
    std::vector<ThroughputRecord> records;
    const Json document = read_all(file_);
    for (const auto& [network, json] : document.at("plans").items())
        if (const auto plan = plan_from(json)) records.push_back({network, *plan});
    return records;
}

InferencePlan usual_plan(std::size_t workers, const Device& device) {
    constexpr std::int64_t kUsualOnADevice = 32;
    return {.workers = workers, .images_per_call = device.kind == DeviceKind::cpu ? 1 : kUsualOnADevice};
}

InferencePlan measure_throughput(const TorchModule& module, const at::Tensor& example,
                                 const InferenceOptions& options) {
    const std::size_t threads = workers_or_cores(0);
    const auto make = [&](std::int64_t images) {
        return make_inference(module, example, {options.device, options.precision, images, 1});
    };
    const auto measure = [&](const Inference& network, std::size_t workers) {
        return measured_images_per_second(network, example, workers);
    };
    if (options.device.kind != DeviceKind::cpu)
        return fastest_plan(std::array<std::int64_t, 6>{8, 16, 32, 64, 128, 256}, {threads}, make, measure);
    return fastest_plan(std::array<std::int64_t, 3>{1, 2, 4}, {threads, physical_cores(threads)}, make, measure);
}

InferencePlan fastest_plan(std::span<const std::int64_t> images_per_call, const std::set<std::size_t>& workers,
                           const std::function<std::shared_ptr<const Inference>(std::int64_t)>& make,
                           const std::function<double(const Inference&, std::size_t)>& images_per_second) {
    InferencePlan best;
    for (const std::int64_t images : images_per_call) {
        const bool first = images == images_per_call.front();
        try {
            const auto network = make(images);
            for (const std::size_t count : workers) {
                const double speed = images_per_second(*network, count);
                if (speed > best.images_per_second * (first ? 1 : kWorthwhile)) best = {count, images, speed};
            }
        } catch (const DeviceMemoryError&) {
            if (first) throw;
        }
        if (best.images_per_call != images) break;  // more would need more memory for nothing
    }
    return best;
}

}  // namespace graft
