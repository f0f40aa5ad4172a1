#include "run/held_out.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "config/json.hpp"
#include "core/random.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

/// Vectors of three classes around three corners.
struct ThreeCorners {
    std::vector<float> values;
    std::vector<std::int64_t> labels;
    std::vector<std::size_t> groups;
    explicit ThreeCorners(std::size_t images) : groups(images) {
        Rng random(5);
        std::iota(groups.begin(), groups.end(), std::size_t{0});
        for (std::size_t i = 0; i < images; ++i) {
            labels.push_back(static_cast<std::int64_t>(i % 3));
            for (std::size_t k = 0; k < 4; ++k)
                values.push_back(static_cast<float>((k == i % 3 ? 3 : 0) + 0.3 * random.normal()));
        }
    }
    [[nodiscard]] LabelledVectors vectors() const {
        return {.values = values, .labels = labels, .groups = groups, .classes = 3};
    }
};

TEST(HeldOut, EachClassIsSpreadOverTheFolds) {
    const ThreeCorners corners(60);
    const std::vector<std::size_t> folds = make_folds(corners.vectors(), {});
    std::vector<std::vector<int>> counts(3, std::vector<int>(5));
    for (std::size_t i = 0; i < folds.size(); ++i) ++counts[static_cast<std::size_t>(corners.labels[i])][folds[i]];
    EXPECT_EQ(Json(counts).dump(), "[[4,4,4,4,4],[4,4,4,4,4],[4,4,4,4,4]]");
}

TEST(HeldOut, AGroupIsInOneFold) {
    ThreeCorners corners(60);
    for (std::size_t i = 0; i < 60; ++i) corners.groups[i] = i / 4;
    const std::vector<std::size_t> folds = make_folds(corners.vectors(), {});
    for (std::size_t i = 0; i < 60; ++i) EXPECT_EQ(folds[i], folds[i / 4 * 4]);
    EXPECT_GT(std::set<std::size_t>(folds.begin(), folds.end()).size(), 2U);
}

TEST(HeldOut, ClassesThatLieApartAreToldApart) {
    const ThreeCorners corners(60);
    SilentReporter silent;
    const std::vector<float> rows = held_out_probabilities(corners.vectors(), {}, silent);
    ASSERT_EQ(rows.size(), 180U);
    for (std::size_t i = 0; i < 60; ++i) {
        EXPECT_NEAR(rows[3 * i] + rows[3 * i + 1] + rows[3 * i + 2], 1, 1e-5);
        EXPECT_GT(rows[3 * i + i % 3], 0.8F) << i;
    }
}

TEST(HeldOut, AnImageSaysNothingAboutItself) {
    ThreeCorners corners(60);
    corners.labels[7] = 2;  // lies among class 1
    SilentReporter silent;
    const std::vector<float> rows = held_out_probabilities(corners.vectors(), {}, silent);
    EXPECT_GT(rows[7 * 3 + 1], 0.8F);
    EXPECT_LT(rows[7 * 3 + 2], 0.2F);
}

/// scikit-learn 1.9: LogisticRegression(C=1, tol=1e-12) on (x - mean) / std of the first six, asked of the last one.
TEST(HeldOut, ProbabilitiesAreThoseOfScikitLearn) {
    const std::vector<float> values = {-1, 1, 2, 4, 0.5F, 3.5F, 3};
    const std::vector<std::int64_t> labels = {0, 1, 0, 2, 1, 2, 1};
    const std::vector<std::size_t> groups = {0, 0, 0, 0, 0, 0, 1};
    const LabelledVectors vectors{.values = values, .labels = labels, .groups = groups, .classes = 3};
    HeldOutOptions options{.folds = 2};
    const auto apart = [&](const std::vector<std::size_t>& folds) { return folds[0] != folds[6]; };
    while (!apart(make_folds(vectors, options))) ++options.seed;
    SilentReporter silent;
    const std::vector<float> rows = held_out_probabilities(vectors, options, silent);
    EXPECT_NEAR(rows[18], 0.22364, 5e-4);
    EXPECT_NEAR(rows[19], 0.25372, 5e-4);
    EXPECT_NEAR(rows[20], 0.52264, 5e-4);
}

TEST(HeldOut, AStopIsHeard) {
    const ThreeCorners corners(30);
    std::stop_source stop;
    stop.request_stop();
    SilentReporter silent;
    EXPECT_THROW(static_cast<void>(held_out_probabilities(corners.vectors(), {.stop = stop.get_token()}, silent)),
                 Interrupted);
}

}  // namespace
}  // namespace graft
