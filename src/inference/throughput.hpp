/// @file
/// How a frozen network runs fastest on this machine: measured once, kept in the cache folder.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "graft/core/reporter.hpp"
#include "image/preprocessing.hpp"
#include "inference/inference.hpp"

namespace graft {

/// What a measurement chooses.
struct InferencePlan {
    std::size_t workers = 1;  ///< threads that each run a call of their own
    std::int64_t images_per_call = 1;
    double images_per_second = 0;  ///< as measured; 0 when nothing was
};

/// One measurement that is kept.
struct ThroughputRecord {
    std::string network;  ///< "resnet50 224x224 float32"
    InferencePlan plan;
};

/// What a measurement is of: "resnet50 224x224 float32", "resnet50 to layer3 224x224 float32". A network that is known
/// by its file alone, "torchscript", also has the hash of its weights in its name, and one on a GPU the card's.
/// @param graft_point the last stage of what is run, or "" for the whole network
[[nodiscard]] std::string network_name(const std::string& backbone, const std::string& weights_hash,
                                       const std::string& graft_point, const Preprocessing& input, Precision precision,
                                       const Device& device = {});

/// Where the measurements of this machine are kept; empty without a cache folder.
[[nodiscard]] std::filesystem::path throughput_file();
/// Processor, threads and LibTorch: what a measured speed is only good for.
[[nodiscard]] std::string machine_text();

/// "1 image per call", "4 images per call".
[[nodiscard]] std::string images_per_call_text(std::int64_t images);

/// The plans of a machine, in one file. A plan of another processor, number of cores or LibTorch is not found.
class ThroughputFile {
public:
    /// @param file may be absent or "", when nothing is known or kept; a damaged one is as if it were absent
    explicit ThroughputFile(std::filesystem::path file) : file_(std::move(file)) {}

    [[nodiscard]] std::optional<InferencePlan> find(const std::string& network) const;
    /// Throws Error when the file cannot be written.
    void keep(const std::string& network, const InferencePlan& plan) const;
    /// The plan that is kept. Where there is none and so many images are to come that a few seconds come back,
    /// `measure` is called and its plan kept; else nothing.
    [[nodiscard]] std::optional<InferencePlan> find_or_measure(const std::string& network, std::int64_t images,
                                                               const std::function<InferencePlan()>& measure,
                                                               Reporter& reporter) const;
    /// All that were measured on this machine as it is.
    [[nodiscard]] std::vector<ThroughputRecord> all() const;

private:
    std::filesystem::path file_;
};

/// What is done where nothing has been measured: on the CPU one image per call, on other devices 32.
[[nodiscard]] InferencePlan usual_plan(std::size_t workers, const Device& device);

/// Runs the network with one image per call on every core, and where cores run two threads each on half as many workers
/// too; then with two and with four images, as long as that is at least 3 % faster. On another device with 8 images,
/// then twice as many, up to 256. A few seconds.
/// @param options what to run on and with which numbers; the images per call are what is chosen
[[nodiscard]] InferencePlan measure_throughput(const TorchModule& module, const at::Tensor& example,
                                               const InferenceOptions& options = {});

/// The same for networks that are made, and measured, elsewhere.
/// @param images_per_call what is tried, the least first; the first may not, a later one may, need more memory than the
///        device has
/// @param workers of each, how many are tried
/// @param make a network for so many images per call; throws DeviceMemoryError where they do not fit
/// @param images_per_second the speed of a network when so many workers call it
[[nodiscard]] InferencePlan fastest_plan(std::span<const std::int64_t> images_per_call,
                                         const std::set<std::size_t>& workers,
                                         const std::function<std::shared_ptr<const Inference>(std::int64_t)>& make,
                                         const std::function<double(const Inference&, std::size_t)>& images_per_second);

}  // namespace graft
