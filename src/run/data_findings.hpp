/// @file
/// What is odd about a run's images, seen while they are checked: copies, leaks between parts, odd pictures.
#pragma once

#include <filesystem>
#include <stop_token>

#include "data/image_check.hpp"
#include "graft/core/reporter.hpp"
#include "insight/facts_memo.hpp"
#include "run/dataset.hpp"

namespace graft {

/// Comparing every image with every other is quick for this many, and would not be for ten times as many.
inline constexpr std::size_t kMostComparedImages = 100'000;

/// Measures the pictures that are not known to the memo, which outlives the observer.
[[nodiscard]] PictureObserver measuring(FactsMemo& memo);

/// Writes findings.json: kinds of findings with how many images each part has of them, and the oddest images. Images
/// of one part that are in another too are a warning.
/// @param memo knows all images of the dataset @throws Interrupted
void write_findings(const Dataset& dataset, const FactsMemo& memo, const std::filesystem::path& file,
                    std::size_t workers, const std::stop_token& stop, Reporter& reporter);

}  // namespace graft
