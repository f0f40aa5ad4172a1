/// @file
/// Model files for the tests of this room: the stored ones, and small ones made on the spot.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "deploy/model_file.hpp"
#include "graft/core/errors.hpp"
#include "network/grafted_model.hpp"
#include "temporary_folder.hpp"

namespace graft {

inline std::filesystem::path stored_model(const std::string& name) {
    return std::filesystem::path(GRAFT_TEST_DIR) / "deploy" / "fixtures" / name;
}

/// What an Error of `action` says; "none" when nothing is thrown.
template <class Action>
std::string error_of(Action action) {
    try {
        action();
    } catch (const Error& error) {
        return error.what();
    }
    return "none";
}

/// An architecture with random values and a small head, as training composes it, for pictures of 64x64.
inline ModelFile random_model(const std::string& architecture, const std::string& freeze) {
    const Preprocessing preprocessing{.height = 64, .width = 64};
    const ArchitectureRow* row = builtin_architectures().find(architecture);
    const Backbone backbone = load_backbone(*row, "random", 3, preprocessing);
    const HeadOptions head{.pooling = Pooling::avgmax, .hidden = {8}, .batch_norm = true};
    const GraftedModel grafted = graft_model(backbone, preprocessing, freeze, head, 3, 5);
    TorchModule classifier = compose_model(grafted, "torch.softmax(scores, 1)");
    classifier.eval();
    return {classifier,
            {.outputs = {"ant", "bee", "cat"},
             .preprocessing = preprocessing,
             .backbone = architecture,
             .backbone_hash = "random-3",
             .freeze = freeze,
             .config = Json::object()}};
}

}  // namespace graft
