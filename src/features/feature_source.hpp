/// @file
/// What a trainer reads: batches of features, epoch after epoch.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "graft/core/reporter.hpp"

namespace graft {

/// Part of an epoch.
struct Batch {
    at::Tensor features;                   ///< float32 [N,…]
    std::span<const std::size_t> samples;  ///< which, by index; valid during the call that hands the batch over
    std::size_t first = 0;                 ///< position in the order that was asked for
};

/// Where each batch of an epoch ends: what is left at the end is a smaller batch, except that a single left-over sample
/// joins the batch before it (batch norm cannot train on one).
[[nodiscard]] std::vector<std::size_t> batch_ends(std::size_t samples, std::size_t batch_size);

class FeatureSource {
public:
    virtual ~FeatureSource() = default;

    /// How many samples there are; they are known by index.
    [[nodiscard]] virtual std::size_t count() const = 0;
    /// How many views of an image there are, 1 where it is the plain picture.
    [[nodiscard]] virtual std::int64_t views() const = 0;
    [[nodiscard]] virtual std::stop_token stop() const = 0;
    /// Makes sure that the features an epoch reads are there, where they are kept at all. One line of progress.
    /// @throws Interrupted when a stop is requested
    virtual void prepare(std::int64_t epoch, Reporter& reporter) = 0;
    /// Calls `consume` with batches of `batch_size` samples (batch_ends) in the given order of indices.
    /// @throws Interrupted when a stop is requested
    virtual void for_each_batch(std::span<const std::size_t> order, std::int64_t epoch, std::size_t batch_size,
                                const std::function<void(const Batch&)>& consume) = 0;
};

}  // namespace graft
