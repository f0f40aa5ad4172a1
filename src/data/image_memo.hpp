/// @file
/// What earlier runs have learnt of image files, so that nothing is read to learn it again.
#pragma once

#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>

#include "core/fingerprint_log.hpp"
#include "graft/core/reporter.hpp"

namespace graft {

/// Remembers the content of files that were decoded without an error. A file is taken for the same as long as its path,
/// device, inode, size and both of its times (to the nanosecond) are; the system changes the second one with every
/// change of the content, and nobody can set it back. Files that were changed in the last seconds are not remembered: a
/// further change might leave the same times.
class ImageMemo {
public:
    using Clock = std::time_t (*)();

    /// A memo that remembers nothing.
    ImageMemo() = default;
    /// Kept in `file`. Throws Error when it cannot be opened.
    explicit ImageMemo(
        const std::filesystem::path& file, Clock clock = [] { return std::time(nullptr); })
        : log_(std::make_unique<FingerprintLog>(file)), clock_(clock) {}

    /// What tells the file as it is now from any other; nothing when it is not there or was changed just now.
    [[nodiscard]] std::optional<Fingerprint> state_of(const std::filesystem::path& file) const;
    /// The content of a file of that state when it is known to be an image that can be decoded.
    [[nodiscard]] std::optional<Fingerprint> find(const std::optional<Fingerprint>& state) const;
    [[nodiscard]] std::optional<Fingerprint> find(const std::filesystem::path& file) const {
        return find(state_of(file));
    }
    /// @param state of the file before it was read
    void remember(const std::optional<Fingerprint>& state, const Fingerprint& content);

private:
    std::unique_ptr<FingerprintLog> log_;
    Clock clock_ = nullptr;
};

/// The memo in the cache folder; where that cannot be used, one that remembers nothing.
[[nodiscard]] ImageMemo open_image_memo(Reporter& reporter);

}  // namespace graft
