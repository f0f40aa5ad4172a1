#include "model/calibration.hpp"

#include <torch/version.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <set>
#include <sstream>
#include <thread>

#include "config/json.hpp"
#include "core/files.hpp"
#include "core/processor.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kSecondsPerTrial = 0.7;
constexpr double kWorthwhile = 1.03;

/// Cores that do not share their arithmetic units; the number of threads where the system does not tell.
std::size_t physical_cores(std::size_t threads) {
    const auto packages = processor_facts("physical id"), cores = processor_facts("core id");
    std::set<std::string> distinct;
    for (std::size_t i = 0; i < std::min(packages.size(), cores.size()); ++i)
        distinct.insert(packages[i] + " " + cores[i]);
    return distinct.empty() ? threads : std::min(threads, distinct.size());
}

/// What a plan is only good for.
std::string machine() {
    const auto models = processor_facts("model name");
    return (models.empty() ? "unknown" : models.front()) + ", " + std::to_string(std::thread::hardware_concurrency()) +
           " threads, LibTorch " + TORCH_VERSION;
}

double images_per_second(const InferenceModule& network, const at::Tensor& example, std::size_t workers) {
    const at::Tensor input =
        example.expand({network.images_per_call(), -1, -1, -1}).contiguous(at::MemoryFormat::ChannelsLast);
    std::atomic<std::int64_t> images = 0;
    const auto start = Clock::now();
    const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < workers; ++i)
            threads.emplace_back([&] {
                use_one_thread_here();
                while (elapsed() < kSecondsPerTrial) {
                    static_cast<void>(network(input));
                    images += network.images_per_call();
                }
            });
    }
    return static_cast<double>(images) / elapsed();
}

Json read_all(const std::filesystem::path& file) {
    try {
        Json document = parse_json_file(file);
        if (document.is_object() && document.value("machine", "") == machine() && document["plans"].is_object())
            return document;
    } catch (const std::exception&) {  // absent or damaged: nothing is known
    }
    return {{"machine", machine()}, {"plans", Json::object()}};
}

std::optional<InferencePlan> plan_from(const Json& json) {
    try {
        InferencePlan plan{json.at("workers").get<std::size_t>(), json.at("images_per_call").get<std::int64_t>(),
                           json.at("images_per_second").get<double>()};
        if (plan.workers >= 1 && plan.workers <= 1024 && plan.images_per_call >= 1 && plan.images_per_call <= 64)
            return plan;
    } catch (const Json::exception&) {  // as if it were not there
    }
    return std::nullopt;
}

}  // namespace

std::optional<InferencePlan> Calibrations::find(const std::string& network) const {
    const Json document = read_all(file_);
    const auto found = document.at("plans").find(network);
    return found == document.at("plans").end() ? std::nullopt : plan_from(*found);
}

void Calibrations::keep(const std::string& network, const InferencePlan& plan) const {
    Json document = read_all(file_);
    document["plans"][network] = {{"workers", plan.workers},
                                  {"images_per_call", plan.images_per_call},
                                  {"images_per_second", plan.images_per_second}};
    write_file(file_, pretty(document));
}

std::vector<CalibrationRecord> Calibrations::all() const {
    std::vector<CalibrationRecord> records;
    const Json document = read_all(file_);
    for (const auto& [network, json] : document.at("plans").items())
        if (const auto plan = plan_from(json)) records.push_back({network, *plan});
    return records;
}

InferencePlan calibrate(const TorchModule& module, const at::Tensor& example, Precision precision) {
    const std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
    InferencePlan best;
    for (const std::int64_t images : {1, 2, 4}) {
        const InferenceModule network(module, example, {precision, images});
        for (const std::size_t workers : std::set<std::size_t>{threads, physical_cores(threads)}) {
            const double speed = images_per_second(network, example, workers);
            if (speed > best.images_per_second * (images == 1 ? 1 : kWorthwhile)) best = {workers, images, speed};
        }
    }
    return best;
}

}  // namespace graft
