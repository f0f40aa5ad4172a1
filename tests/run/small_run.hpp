/// @file
/// A run that takes no time: a network of two stages with random values, on a few drawn pictures.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "graft/graft.hpp"

namespace graft::testing {

/// Two stages, random values: made in no time.
inline OwnBackbone small_backbone() {
    const auto stage = [](std::int64_t in, std::int64_t out) {
        return layers::chain(
            {{"conv", layers::conv2d({.in = in, .out = out, .kernel = 3, .stride = 4, .pad = on_each_side(1)})},
             {"bn", layers::batch_norm({.channels = out})},
             {"relu", layers::function("torch.relu(x)")}});
    };
    return {"small", "two stages", [stage](std::int64_t, std::int64_t) {
                return BackboneNetwork{.stages = {{"stem", stage(3, 8)}, {"layer1", stage(8, 12)}}, .channels = 12};
            }};
}

/// A config for that backbone.
/// @param data a folder with train and test
inline RunConfig small_config(const std::filesystem::path& data, const std::filesystem::path& run) {
    RunConfig config;
    config.set("/output", run.string())
        .set("/data/train", (data / "train").string())
        .set("/data/test", (data / "test").string())
        .set("/data/validation_split", 0.25)
        .set("/data/image_size", 32)
        .set("/data/batch_size", 8)
        .set("/backbone/name", "small")
        .set("/backbone/weights", "random")
        .set("/backbone/freeze", "stem")
        .set("/head/hidden", std::vector<std::int64_t>{})
        .set("/training/epochs", 2);
    return config;
}

}  // namespace graft::testing
