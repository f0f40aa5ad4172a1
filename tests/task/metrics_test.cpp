#include "task/metrics.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <tuple>

namespace graft {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

const std::vector<std::string> kPets = {"cat", "dog", "emu"};
constexpr std::int64_t kTop2[] = {2};

/// Five images by hand: labels cat, cat, dog, dog, emu; called cat, dog, dog, dog, cat.
ClassificationMetrics five_pets() {
    ClassificationMetrics metrics(kPets, kTop2);
    metrics.add(0, std::vector{0.5F, 0.25F, 0.25F});
    metrics.add(0, std::vector{0.25F, 0.5F, 0.25F});
    metrics.add(1, std::vector{0.125F, 0.75F, 0.125F});
    metrics.add(1, std::vector{0.F, 1.F, 0.F});
    metrics.add(2, std::vector{0.625F, 0.25F, 0.125F});
    return metrics;
}

TEST(ClassificationMetrics, CountWhatWasCalledWhat) {
    const EvaluationRecord all = five_pets().finish("data/test");
    EXPECT_EQ(all.source, "data/test");
    EXPECT_EQ(all.images, 5);
    const ClassificationRecord& record = all.classification();
    EXPECT_THAT(record.confusion, ElementsAre(ElementsAre(1, 1, 0), ElementsAre(0, 2, 0), ElementsAre(1, 0, 0)));
    EXPECT_DOUBLE_EQ(record.accuracy, 0.6);
}

TEST(ClassificationMetrics, AgreeWithPrecisionRecallAndF1ByHand) {
    const ClassificationRecord record = five_pets().finish("").classification();
    ASSERT_EQ(record.classes.size(), 3);
    const auto& [cat, dog, emu] = std::tie(record.classes[0], record.classes[1], record.classes[2]);
    EXPECT_EQ(cat.name, "cat");
    EXPECT_DOUBLE_EQ(cat.precision, 1.0 / 2);
    EXPECT_DOUBLE_EQ(cat.recall, 1.0 / 2);
    EXPECT_DOUBLE_EQ(cat.f1, 1.0 / 2);
    EXPECT_EQ(cat.support, 2);
    EXPECT_DOUBLE_EQ(dog.precision, 2.0 / 3);
    EXPECT_DOUBLE_EQ(dog.recall, 1);
    EXPECT_DOUBLE_EQ(dog.f1, 0.8);  // 2 * 2/3 * 1 / (2/3 + 1)
    EXPECT_EQ(dog.support, 2);
    EXPECT_EQ(emu.precision, 0);  // nothing was called so
    EXPECT_EQ(emu.recall, 0);
    EXPECT_EQ(emu.f1, 0);
    EXPECT_EQ(emu.support, 1);
}

TEST(ClassificationMetrics, AverageTheNaturalLogarithmAsLoss) {
    // -(ln 1/2 + ln 1/4 + ln 3/4 + ln 1 + ln 1/8) / 5
    const double expected = (std::log(2.0) + std::log(4.0) + std::log(4.0 / 3) + std::log(8.0)) / 5;
    EXPECT_NEAR(five_pets().finish("").classification().loss, expected, 1e-12);
}

TEST(ClassificationMetrics, KeepTheLossFiniteForAClassRuledOut) {
    ClassificationMetrics metrics({"a", "b"}, {});
    metrics.add(0, std::vector{0.F, 1.F});
    EXPECT_NEAR(metrics.finish("").classification().loss, 12 * std::log(10.0), 1e-9);
}

TEST(ClassificationMetrics, CountWhoIsAmongTheLikeliest) {
    // Second likeliest: of image 2 cat; of image 5 dog. Image 5 is an emu.
    EXPECT_THAT(five_pets().finish("").classification().top_k, ElementsAre(Pair(1, 0.6), Pair(2, 0.8)));
}

TEST(ClassificationMetrics, ReportTheTopKThatSaySomethingInOrderAndOnce) {
    constexpr std::int64_t asked[] = {3, 2, 1, 2, 50, 4};
    const std::vector<std::string> classes = {"a", "b", "c", "d"};
    ClassificationMetrics metrics(classes, asked);
    metrics.add(3, std::vector{0.5F, 0.25F, 0.125F, 0.125F});
    EXPECT_THAT(metrics.finish("").classification().top_k, ElementsAre(Pair(1, 0), Pair(2, 0), Pair(3, 0)));
}

TEST(ClassificationMetrics, CallTheFirstOfEquallyLikelyClasses) {
    ClassificationMetrics metrics(kPets, {});
    EXPECT_EQ(metrics.add(2, std::vector{0.25F, 0.375F, 0.375F}), 1);
    EXPECT_EQ(metrics.finish("").classification().accuracy, 0);
}

TEST(ClassificationMetrics, AddUpOverFolders) {
    ClassificationMetrics sum(kPets, kTop2);
    sum.add(five_pets());
    sum.add(five_pets());
    EXPECT_EQ(sum.finish("both").images, 10);
    const ClassificationRecord twice = sum.finish("both").classification(),
                               once = five_pets().finish("one").classification();
    EXPECT_EQ(twice.accuracy, once.accuracy);
    EXPECT_DOUBLE_EQ(twice.loss, once.loss);
    EXPECT_EQ(twice.top_k, once.top_k);
    EXPECT_THAT(twice.confusion, ElementsAre(ElementsAre(2, 2, 0), ElementsAre(0, 4, 0), ElementsAre(2, 0, 0)));
}

TEST(ClassificationMetrics, AreZeroBeforeTheFirstImage) {
    const EvaluationRecord nothing = ClassificationMetrics(kPets, kTop2).finish("");
    EXPECT_EQ(nothing.images, 0);
    const ClassificationRecord& record = nothing.classification();
    EXPECT_EQ(record.accuracy, 0);
    EXPECT_EQ(record.loss, 0);
    EXPECT_EQ(record.classes[0].precision, 0);
}

}  // namespace
}  // namespace graft
