/// @file
/// A value of a TorchScript graph, seen in two runs that differ in nothing but the number of images. What is the same
/// in both does not depend on that number; what no image has gone into is a constant of the exported graph.
#pragma once

#include <ATen/core/ivalue.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace graft {

/// Images in the two runs. One would be special: dimensions of size 1 broadcast.
constexpr std::array<std::int64_t, 2> kProbeBatches = {2, 3};

struct TracedValue {
    std::array<c10::IValue, 2> runs;
    bool of_images = false;          ///< computed from pixels, not only from their number; or else a node's result
    std::string onnx;                ///< its name in the ONNX graph; empty when it has none (yet)
    std::vector<TracedValue> items;  ///< of a list or tuple that is of images

    /// Sizes of the tensor; -1 where they differ between the runs.
    [[nodiscard]] std::vector<std::int64_t> shape() const {
        const auto first = runs[0].toTensor().sizes(), second = runs[1].toTensor().sizes();
        std::vector<std::int64_t> shape = first.vec();
        for (std::size_t i = 0; i < shape.size() && i < second.size(); ++i)
            if (first[i] != second[i]) shape[i] = -1;
        return shape;
    }
};

}  // namespace graft
