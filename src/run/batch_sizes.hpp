/// @file
/// The batch sizes that a config leaves open: `"batch_size": "auto"`.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <vector>

#include "graft/core/reporter.hpp"
#include "run/phase.hpp"
#include "run/run_folder.hpp"

namespace graft {

/// How large a batch may be: 1024, and small enough for ten steps in an epoch.
[[nodiscard]] std::int64_t largest_sensible_batch(std::size_t training_images);

/// Sets the batch sizes that the config leaves open: in phases that train stages on a GPU, as many images as have room
/// (largest_batch), else 32. A run that is resumed takes those that it began with.
/// @throws DeviceMemoryError where two images have no room; DataError where a resumed run's are missing or damaged
void choose_batch_sizes(std::vector<Phase>& phases, const RunOptions& options, std::size_t training_images,
                        const RunFolder& folder, Reporter& reporter);

/// Where the sizes of a run are kept.
struct KeptBatchSizes {
    std::filesystem::path file;
    bool are_there = false;  ///< the run is resumed
};
/// The same with a measurement of one's own, or none where memory sets no limit.
void choose_batch_sizes(std::vector<Phase>& phases, const std::function<std::int64_t(const Phase&)>& measure,
                        const KeptBatchSizes& kept, Reporter& reporter);

}  // namespace graft
