/// @file
/// Steps of augmentation that a config lists in /augmentation/operations; they follow the warp, in the order of the
/// list. One file each in augment/operations/, one line each in augment/operations/builtin_operations.inc.
///
/// All operations so far work on the network's input. One that needs the picture before it is resized (a random crop of
/// it, as random_resized_crop takes) changes which window is reduced: its row says so in a field of its own, it is
/// built into a function from the picture's size and a random stream to a window, and ViewRenderer::load, which reduces
/// a picture once for all of its views, keeps the picture as it was decoded when the list has such a row.
#pragma once

#include <functional>
#include <opencv2/core/mat.hpp>

#include "config/fields.hpp"
#include "config/plugin.hpp"
#include "core/random.hpp"
#include "core/registry.hpp"

namespace graft {

/// (rgb [H,W] CV_8UC3, stream) -> another picture of the same size and type. The first is not changed, though it may be
/// returned. Thread-safe.
using Operation = std::function<cv::Mat(const cv::Mat& rgb, Rng& rng)>;

/// What an operation learns of the pictures when it is built.
struct OperationContext {
    cv::Size input;  ///< of all pictures
};

using OperationPlugin = Plugin<Operation, OperationContext>;
struct OperationRow : PluginRow<Operation, OperationContext> {};

#define GRAFT_OPERATION(name) [[nodiscard]] OperationRow name##_row();
#include "image/augment/operations/builtin_operations.inc"
#undef GRAFT_OPERATION

/// graft's own operations.
[[nodiscard]] const Registry<OperationRow>& builtin_operations();

}  // namespace graft
