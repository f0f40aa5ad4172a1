/// @file
/// One look at every image of a data set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "data/folder_walk.hpp"
#include "data/sample.hpp"
#include "graft/core/reporter.hpp"
#include "image/decode/decode.hpp"
#include "insight/picture_facts.hpp"

namespace graft {

/// Images that are used for one purpose.
struct CheckedPart {
    std::string name;   ///< "train", "test", or the folder's path
    std::string place;  ///< the folder or list
    std::vector<Sample> samples;
    bool only_compared = false;  ///< looked at for copies alone; its images have no class
};

/// A data set as it lies on disk. Parts stand in the order train, validation, test.
struct CheckedData {
    std::vector<std::string> classes;
    TargetKind targets = TargetKind::one_class;
    std::vector<CheckedPart> parts;
    Remarks remarks;
};

/// An image and what was seen.
struct CheckedImage {
    const Sample* sample = nullptr;  ///< of the data that were examined
    std::uint32_t part = 0;
    Fingerprint bytes;    ///< of the file
    PictureFacts facts;   ///< where `problem` is ""
    std::string problem;  ///< why it cannot be used, its path first
    [[nodiscard]] bool good() const { return problem.empty(); }
};

/// Reads and decodes every image once, on `workers` threads; keeps some hundred bytes of each.
/// @return part by part. @throws Interrupted when a stop is requested
[[nodiscard]] std::vector<CheckedImage> examine(const CheckedData& data, std::size_t workers,
                                                const DecodeOptions& limits, const std::stop_token& stop,
                                                Reporter& reporter);

}  // namespace graft
