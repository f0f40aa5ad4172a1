/// @file
/// Feature vectors on disk, in rows of one size. Memory does not grow with their number.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

namespace graft {

/// A file of float32 rows that lives as long as this object; the system's page cache keeps what fits.
class FeatureStore {
public:
    /// Makes an unnamed file in `folder`. Throws Error when it cannot.
    FeatureStore(const std::filesystem::path& folder, std::size_t rows, std::size_t row_size);
    ~FeatureStore();
    FeatureStore(const FeatureStore&) = delete;
    FeatureStore& operator=(const FeatureStore&) = delete;

    /// Throws Error naming the system's reason, for example a full disk.
    void write(std::size_t row, std::span<const float> values);
    /// `row` must have been written.
    void read(std::size_t row, std::span<float> values) const;
    [[nodiscard]] bool has(std::size_t row) const { return written_[row]; }

private:
    std::filesystem::path folder_;
    std::size_t row_size_;
    std::vector<bool> written_;
    int descriptor_;
};

}  // namespace graft
