/// @file
/// Vectors of pictures in the feature cache, where training on the same frozen network keeps them too.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/hash.hpp"
#include "features/feature_cache.hpp"
#include "graft/core/reporter.hpp"
#include "run/embed.hpp"

namespace graft {

/// find() may be called on any thread, keep() on the reporter's.
class KeptVectors {
public:
    KeptVectors(LeasedSpace space, std::size_t length, Reporter& reporter)
        : space_(std::move(space)), length_(length), reporter_(reporter) {}

    /// The vector of a file with that content.
    [[nodiscard]] std::optional<std::vector<float>> find(const Fingerprint& content);
    /// Where that cannot be done, on a full disk for example, a warning says so, and nothing is kept from then on.
    void keep(const Fingerprint& content, std::span<const float> values);
    [[nodiscard]] std::size_t found() const { return found_; }

private:
    std::mutex mutex_;
    LeasedSpace space_;
    std::size_t length_, found_ = 0;
    Reporter& reporter_;
    bool keeps_ = true;
};

/// Makes room for the vectors of so many images. Nothing, and a note or warning says why, where the cache does not hold
/// what the embedder gives, or cannot be used.
[[nodiscard]] std::unique_ptr<KeptVectors> open_kept_vectors(const Embedder& embedder, std::size_t images,
                                                             Reporter& reporter);

}  // namespace graft
