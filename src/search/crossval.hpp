/// @file
/// Cross-validation: a config's training on each fold of its images.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/json.hpp"
#include "graft/record/history.hpp"
#include "search/interval.hpp"
#include "search/shared_features.hpp"

namespace graft {

struct CrossvalOptions {
    std::int64_t folds = 5;
    std::int64_t repeats = 1;  ///< each deals the images out otherwise and trains from another seed
};

/// What one training came to.
struct FoldRecord {
    std::int64_t repeat = 0, fold = 0;       ///< counted from 0
    std::int64_t train = 0, validation = 0;  ///< images
    std::int64_t epochs = 0;
    EpochRecord kept;  ///< the epoch whose weights a model would have
};

struct CrossvalRecord {
    struct Metric {
        std::string name;
        Spread spread;
    };
    CrossvalOptions options;
    std::vector<FoldRecord> runs;
    std::vector<Metric> metrics;
    bool shared_features = false;
    double feature_seconds = 0, seconds = 0;
};

/// A run of one fold, as `graft train` may run it too. Images that validate in `options` are dealt out with those that
/// train, but for those of a folder of their own, which are not used; nor are test images.
[[nodiscard]] RunOptions options_of_fold(const RunOptions& options, const CrossvalOptions& crossval,
                                         std::int64_t repeat, std::int64_t fold);

/// Where nothing but a head trains, features are computed once and the folds train side by side, one on each core;
/// else they are runs one after the other, each in a folder below /output, and found again when that is repeated.
/// @throws ConfigError, DataError, Error, Interrupted
[[nodiscard]] CrossvalRecord cross_validate(const RunOptions& options, const Tables& tables,
                                            const CrossvalOptions& crossval, const SearchControl& control);

[[nodiscard]] Json to_json(const CrossvalRecord& record);
[[nodiscard]] std::string text_of(const CrossvalRecord& record);

}  // namespace graft
