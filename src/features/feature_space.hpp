/// @file
/// Features of one kind on disk: rows of one size, found by fingerprint.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/enum_names.hpp"
#include "core/fingerprint_log.hpp"

namespace graft {

/// How a kept feature is stored.
enum class FeatureType { float32, float16 };
template <>
inline constexpr auto enum_names<FeatureType> = std::to_array<std::string_view>({"float32", "float16"});

/// Bytes of a stored row of `floats` numbers.
[[nodiscard]] std::uint64_t row_bytes(std::size_t floats, FeatureType type);

/// Two files in a folder: `rows.bin`, and `index.bin` with the fingerprint, place and checksum of every row. A row is
/// there as soon as it was written, also after kill -9, and a damaged one is as if it were not. Memory does not grow
/// with the rows, but for 60 bytes of index each. Rows are read with pread and not through a memory map: what the
/// system's page cache holds is as fast, resident memory stays small, and a file cut short is an error instead of a
/// SIGBUS. Several processes may use one folder at once. Not thread-safe, except that read() may run beside itself.
class FeatureSpace {
public:
    /// Opens or makes the files. Throws Error naming the file and the system's reason.
    FeatureSpace(const std::filesystem::path& folder, std::size_t row_floats, FeatureType type);
    /// The same with files that nobody else sees and that are gone with the object.
    [[nodiscard]] static std::unique_ptr<FeatureSpace> temporary(const std::filesystem::path& folder,
                                                                 std::size_t row_floats, FeatureType type);
    ~FeatureSpace();
    FeatureSpace(const FeatureSpace&) = delete;
    FeatureSpace& operator=(const FeatureSpace&) = delete;

    /// Where the row of that key lies; nothing when there is none or its checksum is wrong.
    [[nodiscard]] std::optional<std::uint64_t> find(const Fingerprint& key);
    /// Appends a row and returns where it lies. Throws Error, for example on a full disk; then nothing has changed.
    std::uint64_t append(const Fingerprint& key, std::span<const float> values);
    /// Reads a row that find() or append() has named. Throws Error when the file was cut short meanwhile.
    void read(std::uint64_t row, std::span<float> values) const;

private:
    FeatureSpace(int rows, int index, const std::filesystem::path& folder, std::size_t row_floats, FeatureType type);

    std::filesystem::path file_;
    std::size_t row_floats_;
    FeatureType type_;
    int rows_;
    FingerprintLog index_;
    std::vector<bool> verified_;  ///< rows whose checksum was right
};

}  // namespace graft
