/// @file
/// How a frozen network runs fastest on this machine: measured once, kept in the cache folder.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "model/inference.hpp"

namespace graft {

/// What a calibration chooses.
struct InferencePlan {
    std::size_t workers = 1;  ///< threads that each run a call of their own
    std::int64_t images_per_call = 1;
    double images_per_second = 0;  ///< as measured; 0 when nothing was
};

/// One calibration that is kept.
struct CalibrationRecord {
    std::string network;  ///< "resnet50 224x224 float32"
    InferencePlan plan;
};

/// The plans of a machine, in one file. A plan of another processor, number of cores or LibTorch is not found.
class Calibrations {
public:
    /// @param file may be absent; a damaged one is as if it were
    explicit Calibrations(std::filesystem::path file) : file_(std::move(file)) {}

    [[nodiscard]] std::optional<InferencePlan> find(const std::string& network) const;
    /// Throws Error when the file cannot be written.
    void keep(const std::string& network, const InferencePlan& plan) const;
    /// All that were measured on this machine as it is.
    [[nodiscard]] std::vector<CalibrationRecord> all() const;

private:
    std::filesystem::path file_;
};

/// Runs the network with one, two and four images per call on every core, and where cores run two threads each on half
/// as many workers too; a few seconds. One image per call stays unless another number is at least 3 % faster.
[[nodiscard]] InferencePlan calibrate(const TorchModule& module, const at::Tensor& example, Precision precision);

}  // namespace graft
