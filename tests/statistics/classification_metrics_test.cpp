#include "statistics/classification_metrics.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <tuple>

namespace graft {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

const std::vector<std::string> kPets = {"cat", "dog", "emu"};
const std::vector<std::int64_t> kTop2 = {2};

/// Five images by hand: labels cat, cat, dog, dog, emu; called cat, dog, dog, dog, cat.
ClassificationMetrics five_pets() {
    ClassificationMetrics metrics({kPets, kTop2});
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
    ClassificationMetrics metrics({.classes = {"a", "b"}, .top_k = {}});
    metrics.add(0, std::vector{0.F, 1.F});
    EXPECT_NEAR(metrics.finish("").classification().loss, 12 * std::log(10.0), 1e-9);
}

TEST(ClassificationMetrics, CountWhoIsAmongTheLikeliest) {
    // Second likeliest: of image 2 cat; of image 5 dog. Image 5 is an emu.
    EXPECT_THAT(five_pets().finish("").classification().top_k, ElementsAre(Pair(1, 0.6), Pair(2, 0.8)));
}

TEST(ClassificationMetrics, ReportTheTopKThatSaySomethingInOrderAndOnce) {
    const std::vector<std::int64_t> asked = {3, 2, 1, 2, 50, 4};
    const std::vector<std::string> classes = {"a", "b", "c", "d"};
    ClassificationMetrics metrics({classes, asked});
    metrics.add(3, std::vector{0.5F, 0.25F, 0.125F, 0.125F});
    EXPECT_THAT(metrics.finish("").classification().top_k, ElementsAre(Pair(1, 0), Pair(2, 0), Pair(3, 0)));
}

TEST(ClassificationMetrics, CallTheFirstOfEquallyLikelyClasses) {
    ClassificationMetrics metrics({.classes = kPets, .top_k = {}});
    EXPECT_EQ(metrics.add(2, std::vector{0.25F, 0.375F, 0.375F}), 1);
    EXPECT_EQ(metrics.finish("").classification().accuracy, 0);
}

TEST(ClassificationMetrics, AddUpOverFolders) {
    ClassificationMetrics sum({kPets, kTop2});
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

TEST(ClassificationMetrics, NameTheMostConfusedPairsAndTheCommonestClass) {
    const ClassificationRecord record = five_pets().finish("").classification();
    ASSERT_EQ(record.confused.size(), 2U);
    EXPECT_EQ(record.confused[0].name, "cat");
    EXPECT_EQ(record.confused[0].predicted, "dog");
    EXPECT_EQ(record.confused[0].images, 1);
    EXPECT_EQ(record.confused[0].share, 0.5);
    EXPECT_EQ(record.baseline.name, "cat");
    EXPECT_EQ(record.baseline.accuracy, 0.4);
}

TEST(ClassificationMetrics, CountByFolderWhereFoldersAreNotTheClasses) {
    ClassificationMetrics metrics({.classes = {"cat", "dog"}, .top_k = {}});
    metrics.add(0, std::vector{0.9F, 0.1F}, "cat/indoors");
    metrics.add(0, std::vector{0.1F, 0.9F}, "cat/outdoors");
    metrics.add(1, std::vector{0.1F, 0.9F}, "dog");
    const std::vector<FolderRecord> folders = metrics.finish("").classification().folders;
    ASSERT_EQ(folders.size(), 3U);
    EXPECT_EQ(folders[1].name, "cat/outdoors");
    EXPECT_EQ(folders[1].images, 1);
    EXPECT_EQ(folders[1].accuracy, 0);
    ClassificationMetrics plain({.classes = {"cat", "dog"}, .top_k = {}});
    plain.add(0, std::vector{0.9F, 0.1F}, "cat");
    plain.add(1, std::vector{0.1F, 0.9F}, "dog");
    EXPECT_TRUE(plain.finish("").classification().folders.empty());
}

TEST(ClassificationMetrics, CountWhatTheDecisionLeavesUnanswered) {
    ClassificationMetrics metrics({.classes = {"cat", "dog"}, .top_k = {}, .decision = {.min_confidence = 0.75}});
    metrics.add(0, std::vector{0.9F, 0.1F});
    metrics.add(0, std::vector{0.4F, 0.6F});
    metrics.add(1, std::vector{0.8F, 0.2F});
    const EvaluationRecord record = metrics.finish("");
    ASSERT_TRUE(record.decision);
    EXPECT_EQ(record.decision->answered, 2);
    EXPECT_EQ(record.decision->accuracy, 0.5);
    EXPECT_FALSE(five_pets().finish("").decision);
}

TEST(ClassificationMetrics, SayWhatTheProbabilitiesWereBeforeTheyWereCalibrated) {
    ClassificationMetrics metrics({.classes = {"cat", "dog"}, .top_k = {}, .temperature = 2});
    metrics.add(0, std::vector{0.75F, 0.25F});  // odds 3, without the temperature 9
    const ClassificationRecord record = metrics.finish("").classification();
    ASSERT_TRUE(record.uncalibrated);
    EXPECT_NEAR(record.uncalibrated->loss, -std::log(0.9), 1e-6);
    EXPECT_NEAR(record.reliability.loss, -std::log(0.75), 1e-12);
    EXPECT_FALSE(five_pets().finish("").classification().uncalibrated);
}

TEST(ClassificationMetrics, AreZeroBeforeTheFirstImage) {
    const EvaluationRecord nothing = ClassificationMetrics({kPets, kTop2}).finish("");
    EXPECT_EQ(nothing.images, 0);
    const ClassificationRecord& record = nothing.classification();
    EXPECT_EQ(record.accuracy, 0);
    EXPECT_EQ(record.loss, 0);
    EXPECT_EQ(record.classes[0].precision, 0);
}

}  // namespace
}  // namespace graft
