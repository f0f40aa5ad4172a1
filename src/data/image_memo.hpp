/// @file
/// What earlier runs have learnt of image files, so that nothing is read to learn it again.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "core/fingerprint_log.hpp"

namespace graft {

/// Remembers the content of files that were decoded without an error. A file is taken for the same as long as its path,
/// inode, size and both of its times (to the nanosecond) are; the system changes the second one with every change of
/// the content. Files that were changed in the last seconds are not remembered: a further change might leave the same
/// times.
class ImageMemo {
public:
    /// A memo that remembers nothing.
    ImageMemo() = default;
    /// Kept in `file`. Throws Error when it cannot be opened.
    explicit ImageMemo(const std::filesystem::path& file) : log_(std::make_unique<FingerprintLog>(file)) {}

    /// The content of the file when it is known to be an image that can be decoded.
    [[nodiscard]] std::optional<Fingerprint> find(const std::filesystem::path& file) const;
    void remember(const std::filesystem::path& file, const Fingerprint& content);

private:
    std::unique_ptr<FingerprintLog> log_;
};

}  // namespace graft
