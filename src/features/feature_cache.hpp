/// @file
/// The feature spaces of a machine: shared by all runs, bounded in size.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/json.hpp"
#include "features/feature_space.hpp"

namespace graft {

/// Says to others that a space is in use, while it lives.
class SpaceLease {
public:
    explicit SpaceLease(int descriptor) : descriptor_(descriptor) {}
    ~SpaceLease();
    SpaceLease(const SpaceLease&) = delete;
    SpaceLease& operator=(const SpaceLease&) = delete;

private:
    int descriptor_;
};

/// A space that cannot be taken away while this object lives.
struct LeasedSpace {
    std::unique_ptr<SpaceLease> lease;
    std::unique_ptr<FeatureSpace> space;
};

/// One space as `graft cache list` shows it.
struct SpaceInfo {
    std::string name;  ///< of its folder
    Json description;  ///< what its features are of; null when that cannot be read
    std::uint64_t bytes = 0;
    std::int64_t used = 0;  ///< when it was opened last, seconds since 1970
    bool in_use = false;
};

/// A folder of feature spaces, one for each description.
class FeatureCache {
public:
    explicit FeatureCache(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// Opens the space of that description, or makes it. Content addresses it: the same description is the same space,
    /// any other one is another. Throws Error naming the file and the system's reason.
    [[nodiscard]] LeasedSpace open(const Json& description, std::size_t row_floats, FeatureType type) const;

    /// All spaces, the one used last first.
    [[nodiscard]] std::vector<SpaceInfo> list() const;
    /// Takes spaces away, those first that were not used for longest, until all together hold at most `most` bytes;
    /// never one that is in use. @return the bytes that went
    std::uint64_t shrink_to(std::uint64_t most) const;

private:
    std::filesystem::path folder_;
};

}  // namespace graft
