/// @file
/// A table on disk that only grows: fingerprints and a small value for each.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <unordered_map>

#include "core/hash.hpp"

namespace graft {

/// Entries are appended one by one and survive kill -9 from then on. Each carries a checksum: entries that a power cut
/// or a bad disk has damaged are as if they had never been written. Several processes may append to one log; each sees
/// what was there when it opened it, and what it adds itself. Not thread-safe.
class FingerprintLog {
public:
    using Value = std::array<std::uint64_t, 2>;

    /// Opens the log, or makes it. Throws Error naming the file and the system's reason.
    explicit FingerprintLog(std::filesystem::path file);
    /// Takes over a descriptor open for reading and appending. @param file for error messages
    FingerprintLog(int descriptor, std::filesystem::path file);
    ~FingerprintLog();
    FingerprintLog(const FingerprintLog&) = delete;
    FingerprintLog& operator=(const FingerprintLog&) = delete;

    /// The value that was appended last for `key`.
    [[nodiscard]] std::optional<Value> find(const Fingerprint& key) const;
    /// Throws Error, for example on a full disk; then the log has not changed.
    void append(const Fingerprint& key, const Value& value);
    [[nodiscard]] std::size_t size() const { return values_.size(); }

private:
    void load();

    std::filesystem::path file_;
    int descriptor_;
    std::unordered_map<Fingerprint, Value> values_;
};

}  // namespace graft
