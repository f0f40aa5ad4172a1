/// @file
/// Steps of augmentation that a config lists in /augmentation/operations. One file each, or one for a family, in
/// augment/operations/; one line each in augment/operations/builtin_operations.inc.
#pragma once

#include <functional>
#include <opencv2/core/mat.hpp>
#include <variant>

#include "config/fields.hpp"
#include "config/plugin.hpp"
#include "core/random.hpp"
#include "core/registry.hpp"

namespace graft {

/// Follows the warp, in the order of the list: (rgb [H,W] CV_8UC3, stream) -> another picture of the same size and
/// type. The first is not changed, though it may be returned. Thread-safe.
using PictureOperation = std::function<cv::Mat(const cv::Mat& rgb, Rng& rng)>;

/// Comes before the warp: (size of the decoded picture, stream) -> the part of it that becomes the network's input.
/// Thread-safe.
using WindowOperation = std::function<cv::Rect(cv::Size picture, Rng& rng)>;

using Operation = std::variant<PictureOperation, WindowOperation>;

/// What an operation learns of the pictures when it is built.
struct OperationContext {
    cv::Size input;  ///< of all pictures
};

using OperationPlugin = Plugin<Operation, OperationContext>;
struct OperationRow : PluginRow<Operation, OperationContext> {
    bool takes_a_window = false;  ///< is built into a WindowOperation; may only be the first of a list
};

#define GRAFT_OPERATION(name) [[nodiscard]] OperationRow name##_row();
#include "image/augment/operations/builtin_operations.inc"
#undef GRAFT_OPERATION

/// graft's own operations.
[[nodiscard]] const Registry<OperationRow>& builtin_operations();

}  // namespace graft
