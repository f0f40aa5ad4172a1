#include "data/folds.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "config/json.hpp"
#include "core/random.hpp"
#include "error_message.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

using testing::error_message;

std::vector<Sample> samples_of(const std::vector<std::int64_t>& labels) {
    std::vector<Sample> samples;
    for (std::size_t i = 0; i < labels.size(); ++i)
        samples.push_back({.name = "image" + std::to_string(i), .label = labels[i]});
    return samples;
}

/// [fold][class]
std::vector<std::vector<int>> counts_of(const std::vector<Sample>& samples, const std::vector<std::size_t>& folds,
                                        std::size_t count, std::size_t classes) {
    std::vector<std::vector<int>> counts(count, std::vector<int>(classes));
    for (std::size_t i = 0; i < samples.size(); ++i) ++counts[folds[i]][static_cast<std::size_t>(samples[i].label)];
    return counts;
}

std::vector<std::int64_t> repeated(const std::vector<std::size_t>& counts) {
    std::vector<std::int64_t> labels;
    for (std::size_t c = 0; c < counts.size(); ++c)
        labels.insert(labels.end(), counts[c], static_cast<std::int64_t>(c));
    return labels;
}

TEST(Folds, SpreadEveryClassAndTheWholeToWithinOneImage) {
    const std::vector<Sample> samples = samples_of(repeated({11, 7, 4, 23}));
    const auto counts = counts_of(samples, folds_of(samples, {}, TargetKind::one_class, {.folds = 5}), 5, 4);
    std::vector<int> sizes;
    for (std::size_t c = 0; c < 4; ++c) {
        std::vector<int> of_class;
        for (const auto& fold : counts) of_class.push_back(fold[c]);
        EXPECT_LE(std::ranges::max(of_class) - std::ranges::min(of_class), 1) << c;
    }
    for (const auto& fold : counts) sizes.push_back(fold[0] + fold[1] + fold[2] + fold[3]);
    EXPECT_THAT(sizes, ::testing::Each(9));  // 45 images
}

TEST(Folds, AreAFunctionOfNameAndSeed) {
    std::vector<Sample> samples = samples_of(repeated({20, 20}));
    const auto folds = folds_of(samples, {}, TargetKind::one_class, {.folds = 4});
    EXPECT_NE(folds, folds_of(samples, {}, TargetKind::one_class, {.folds = 4, .seed = 1}));
    std::vector<Sample> turned(samples.rbegin(), samples.rend());
    auto of_turned = folds_of(turned, {}, TargetKind::one_class, {.folds = 4});
    std::ranges::reverse(of_turned);
    EXPECT_EQ(folds, of_turned);
}

TEST(Folds, ANewFileMovesFewOthers) {
    std::vector<Sample> samples = samples_of(repeated({200, 200}));
    const auto before = folds_of(samples, {}, TargetKind::one_class, {.folds = 5});
    samples.push_back({.name = "new", .label = 0});
    const auto after = folds_of(samples, {}, TargetKind::one_class, {.folds = 5});
    std::size_t moved = 0;
    for (std::size_t i = 0; i < before.size(); ++i) moved += before[i] != after[i] ? 1 : 0;
    EXPECT_LE(moved, 8U);  // at each of four borders of two classes one at most
}

TEST(Folds, KeepGroupsWholeAndAreAsEvenAsScikitLearns) {
    // tests/golden/folds.json: labels, groups, and the spread of scikit-learn's folds.
    const Json cases = parse_json_file(std::filesystem::path(GRAFT_TEST_DIR) / "golden" / "folds.json");
    ASSERT_FALSE(cases.empty());
    for (const Json& each : cases) {
        SCOPED_TRACE(each.at("name").get<std::string>());
        const std::vector<Sample> samples = samples_of(each.at("labels").get<std::vector<std::int64_t>>());
        const auto groups = each.at("groups").get<std::vector<std::string>>();
        const auto count = each.at("folds").get<std::size_t>();
        const auto folds = folds_of(samples, groups, TargetKind::one_class, {.folds = count});
        std::map<std::string, std::set<std::size_t>> of_group;
        for (std::size_t i = 0; i < folds.size(); ++i) of_group[groups[i]].insert(folds[i]);
        for (const auto& [group, in] : of_group) EXPECT_EQ(in.size(), 1U) << group;
        const auto classes = each.at("classes").get<std::size_t>();
        const auto counts = counts_of(samples, folds, count, classes);
        double worst = 0;  // the largest distance of a class's share in a fold from an even one
        const auto all = counts_of(samples, std::vector<std::size_t>(samples.size(), 0), 1, classes);
        for (const auto& fold : counts)
            for (std::size_t c = 0; c < classes; ++c)
                worst = std::max(worst, std::abs(static_cast<double>(fold[c]) / all[0][c] - 1.0 / count));
        EXPECT_LE(worst, each.at("worst_share").get<double>() * 1.25 + 0.02);
    }
}

TEST(Folds, SpreadEachOfSeveralLabels) {
    std::vector<Sample> samples = samples_of(std::vector<std::int64_t>(60, 0));
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i].values = {i % 2 == 0 ? 1.F : 0.F, i % 3 == 0 ? 1.F : 0.F};
    const auto folds = folds_of(samples, {}, TargetKind::labels, {.folds = 3});
    for (std::size_t label = 0; label < 2; ++label) {
        std::vector<int> counts(3);
        for (std::size_t i = 0; i < samples.size(); ++i)
            if (samples[i].values[label] > 0.5F) ++counts[folds[i]];
        EXPECT_LE(std::ranges::max(counts) - std::ranges::min(counts), 2) << label;
    }
}

TEST(Folds, NeedAnImageOrAGroupEach) {
    const std::vector<Sample> samples = samples_of({0, 1, 0});
    EXPECT_EQ(error_message<DataError>([&] { (void)folds_of(samples, {}, TargetKind::one_class, {.folds = 4}); }),
              "there are 3 images for 4 folds: each needs one at least");
    const std::vector<std::string> groups = {"a", "b", "a"};
    EXPECT_EQ(error_message<DataError>([&] { (void)folds_of(samples, groups, TargetKind::one_class, {.folds = 3}); }),
              "there are 2 groups for 3 folds: each needs one at least");
}

}  // namespace
}  // namespace graft
