/// @file
/// What pictures are like, by the content of their files, so that none is measured twice.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "core/fingerprint_log.hpp"
#include "insight/picture_facts.hpp"

namespace graft {

/// May be used on any thread.
class FactsMemo {
public:
    /// Remembers as long as it lives.
    FactsMemo() = default;
    /// Kept in `file`, 120 bytes for each picture. Throws Error when it cannot be opened.
    explicit FactsMemo(const std::filesystem::path& file) : log_(std::make_unique<FingerprintLog>(file)) {}

    [[nodiscard]] std::optional<PictureFacts> find(const Fingerprint& content) const;
    /// Where that cannot be written, on a full disk for example, it is remembered as long as this lives.
    void remember(const Fingerprint& content, const PictureFacts& facts);

private:
    mutable std::mutex mutex_;
    std::unique_ptr<FingerprintLog> log_;
    std::unordered_map<Fingerprint, PictureFacts> unwritten_;
};

/// The memo in the cache folder; where that cannot be used, as the memo of images says, one that is kept nowhere.
[[nodiscard]] std::unique_ptr<FactsMemo> open_facts_memo();

}  // namespace graft
