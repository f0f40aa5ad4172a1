/// Real photographs for tests, where the machine has them.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>

namespace graft::testing {

/// The training images of flowers12, one folder per class, below the folder that GRAFT_TEST_DATA names; nothing where
/// they are not there.
inline std::optional<std::filesystem::path> flowers12_train() {
    const char* data = std::getenv("GRAFT_TEST_DATA");
    if (data == nullptr) return std::nullopt;
    const std::filesystem::path folder = std::filesystem::path(data) / "flowers12" / "train";
    if (!std::filesystem::is_directory(folder)) return std::nullopt;
    return folder;
}

}  // namespace graft::testing
