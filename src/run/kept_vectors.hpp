/// @file
/// Vectors of pictures in the feature cache, where training on the same frozen network keeps them too.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "core/hash.hpp"
#include "features/feature_cache.hpp"
#include "graft/core/reporter.hpp"
#include "run/embed.hpp"

namespace graft {

/// Thread-safe.
class KeptVectors {
public:
    KeptVectors(LeasedSpace space, std::size_t length) : space_(std::move(space)), length_(length) {}

    /// The vector of a file with that content.
    [[nodiscard]] std::optional<std::vector<float>> find(const Fingerprint& content);
    void keep(const Fingerprint& content, std::span<const float> values);
    [[nodiscard]] std::size_t found() const { return found_; }

private:
    std::mutex mutex_;
    LeasedSpace space_;
    std::size_t length_, found_ = 0;
};

/// Makes room for the vectors of so many images. Nothing, and a note or warning says why, where the cache does not hold
/// what the embedder gives, or cannot be used.
[[nodiscard]] std::unique_ptr<KeptVectors> open_kept_vectors(const Embedder& embedder, std::size_t images,
                                                             Reporter& reporter);

}  // namespace graft
