/// @file
/// With how many workers and images per call a run's network is used.
#pragma once

#include "graft/core/reporter.hpp"
#include "inference/throughput.hpp"
#include "run/assemble.hpp"

namespace graft {

/// The plan that was measured for the run's trunk on this machine. Where there is none it is measured now and kept, if
/// the run has so much to compute that the few seconds come back. /data/workers, where it is given, stays.
[[nodiscard]] InferencePlan plan_inference(const AssembledRun& run, Reporter& reporter);

}  // namespace graft
