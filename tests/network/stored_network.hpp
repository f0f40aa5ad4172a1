/// @file
/// Networks of other people, as TorchScript: tests/golden/make_torchscript.py made the files.
#pragma once

#include <filesystem>
#include <string>

#include "image/preprocessing.hpp"

namespace graft::testing {

/// The file of a network.
inline std::string stored(const std::string& name) {
    return (std::filesystem::path(GRAFT_TEST_DIR) / "network" / "fixtures" / (name + ".pt")).string();
}

/// The input that they were made for.
inline Preprocessing pixels() {
    Preprocessing preprocessing;
    preprocessing.height = preprocessing.width = 32;
    return preprocessing;
}

}  // namespace graft::testing
