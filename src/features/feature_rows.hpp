/// @file
/// Some of the samples of features that are kept.
#pragma once

#include "features/features.hpp"

namespace graft {

/// Reads on the calling thread and changes nothing: several may read the same features at once.
class FeatureRows final : public FeatureSource {
public:
    /// @param features kept, and prepared for every epoch that will be read; they outlive this object
    /// @param rows which samples of `features`; index i is that of rows[i]
    FeatureRows(const Features& features, std::vector<std::size_t> rows, std::stop_token stop)
        : features_(features), rows_(std::move(rows)), stop_(std::move(stop)) {}

    [[nodiscard]] std::size_t count() const override { return rows_.size(); }
    [[nodiscard]] std::int64_t views() const override { return features_.views(); }
    [[nodiscard]] std::stop_token stop() const override { return stop_; }
    void prepare(std::int64_t, Reporter&) override {}
    void for_each_batch(std::span<const std::size_t> order, std::int64_t epoch, std::size_t batch_size,
                        const std::function<void(const Batch&)>& consume) override;

private:
    const Features& features_;
    std::vector<std::size_t> rows_;
    std::stop_token stop_;
};

}  // namespace graft
