#include "report/advice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/small_run.hpp"

namespace graft {
namespace {

using graft::testing::small_run;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

std::vector<std::string> findings(const ReportSource& source) {
    std::vector<std::string> found;
    for (const Advice& advice : advice_for(source)) found.push_back(advice.finding);
    return found;
}

/// 1,000 test images of three classes, 95 % of each right, and nothing else to say.
ReportSource good_run() {
    ReportSource source{.name = "good", .run = small_run()};
    ClassificationRecord of{.accuracy = 0.95};
    for (const char* name : {"cat", "dog", "owl"})
        of.classes.push_back({.name = name, .precision = 0.95, .recall = 0.95, .f1 = 0.95, .support = 200});
    of.confusion = {{190, 5, 5}, {5, 190, 5}, {5, 5, 190}};
    of.baseline = {"cat", 1.0 / 3};
    source.test = EvaluationRecord{.source = "t", .images = 600, .result = of};
    source.run->data = {.train = 300,
                        .validation = 100,
                        .test = 600,
                        .classes = {{"cat", 100, 33, 200}, {"dog", 100, 33, 200}, {"owl", 100, 34, 200}}};
    for (EpochRecord& epoch : source.run->history)
        epoch.metrics = {{"loss", 0.1}, {"accuracy", 0.96}, {"val_loss", 0.2}, {"val_accuracy", 0.955}};
    return source;
}

ClassificationRecord& result_of(ReportSource& source) { return std::get<ClassificationRecord>(source.test->result); }

void set_metrics(ReportSource& source, double accuracy, double validation) {
    for (EpochRecord& epoch : source.run->history)
        epoch.metrics = {{"loss", 0.1}, {"accuracy", accuracy}, {"val_loss", 0.2}, {"val_accuracy", validation}};
}

TEST(Advice, IsShortWhereNothingStandsOut) {
    ReportSource source = good_run();
    EXPECT_THAT(findings(source), ElementsAre("The commonest mistake: cat is taken for dog."));
    result_of(source).confusion = {{198, 1, 1}, {1, 198, 1}, {1, 1, 198}};
    EXPECT_THAT(findings(source), ElementsAre("Nothing stands out."));
}

TEST(Advice, SaysThatAModelIsNoBetterThanGuessing) {
    ReportSource source = good_run();
    result_of(source).accuracy = 0.35;  // Wilson's interval of 210 of 600 begins at 0.313
    EXPECT_THAT(findings(source), Contains("The model is no better than one that looks at nothing."));
}

TEST(Advice, SeesOverfittingOnlyBeyondChance) {
    ReportSource source = good_run();
    set_metrics(source, 1, 0.8);
    EXPECT_THAT(findings(source), Contains("The model knows its training images better than new ones."));
    set_metrics(source, 1, 0.96);
    EXPECT_THAT(findings(source), Not(Contains("The model knows its training images better than new ones.")));
    set_metrics(source, 0.9, 0.8);
    source.run->data.validation = 10;  // 8 of 10: the interval reaches 0.943
    EXPECT_THAT(findings(source), Not(Contains("The model knows its training images better than new ones.")));
}

TEST(Advice, SaysThatTrainingWasTooShort) {
    ReportSource source = good_run();
    source.run->end = TrainingEnd::completed;
    source.run->kept = 2;
    for (std::size_t i = 0; i < 3; ++i)
        source.run->history[i].metrics = {{"loss", 0.1}, {"val_loss", 0.4 - 0.1 * static_cast<double>(i)}};
    const std::vector<Advice> advice = advice_for(source);
    const auto found = std::ranges::find(advice, "Training may have ended too early.", &Advice::finding);
    ASSERT_NE(found, advice.end());
    EXPECT_EQ(found->reason, "The validation loss still fell from 0.4 to 0.2 in the last two epochs.");
    EXPECT_EQ(found->action, "Train longer: --set /training/epochs=6.");
}

TEST(Advice, SeesAPlateauOfAFrozenNetwork) {
    ReportSource source = good_run();
    set_metrics(source, 0.82, 0.8);
    source.run->kept = 0;
    EXPECT_THAT(findings(source), Contains("The frozen network gives no more."));
    source.run->phases.back().model.trained = {"stage7"};
    EXPECT_THAT(findings(source), Not(Contains("The frozen network gives no more.")));
}

std::string action_for(const ReportSource& source, const std::string& finding) {
    for (const Advice& advice : advice_for(source))
        if (advice.finding == finding) return advice.action;
    return "no such advice";
}

TEST(Advice, DoesNotAdviseWhatTheRunHasAlready) {
    ReportSource source = good_run();
    set_metrics(source, 0.99, 0.8);
    source.run->kept = 0;
    const std::string overfits = "The model knows its training images better than new ones.",
                      ends = "The frozen network gives no more.";
    EXPECT_THAT(action_for(source, overfits), ::testing::EndsWith("or a smaller head (/head/hidden [])."));
    EXPECT_THAT(action_for(source, ends), ::testing::EndsWith(": graft config init --recipe fine_tune."));
    source.run->config["head"]["hidden"] = Json::array();
    source.run->config["training"]["phases"] = Json::parse(R"([{"train": "head"}])");
    EXPECT_THAT(action_for(source, overfits), ::testing::EndsWith("or /head/dropout 0.3."));
    EXPECT_THAT(action_for(source, ends), ::testing::EndsWith(": a phase {\"train\": \"all\"} after the head's."));
}

TEST(Advice, NamesTheWeakestClassAndWhetherItIsChance) {
    ReportSource source = good_run();
    result_of(source).classes[2].recall = 0.6;
    result_of(source).confusion[2] = {40, 40, 120};
    std::vector<Advice> advice = advice_for(source);
    auto found = std::ranges::find(advice, "The weakest class is owl.", &Advice::finding);
    ASSERT_NE(found, advice.end());
    EXPECT_EQ(found->kind, AdviceKind::act);
    EXPECT_EQ(found->reason, "120 of 200 images were found (60 %; 95 % interval 53.1 % to 66.5 %).");
    result_of(source).classes[2] = {.name = "owl", .recall = 0.75, .support = 4};
    result_of(source).confusion[2] = {1, 0, 3};
    advice = advice_for(source);
    found = std::ranges::find(advice, "The weakest class is owl.", &Advice::finding);
    ASSERT_NE(found, advice.end());
    EXPECT_EQ(found->kind, AdviceKind::look);
    EXPECT_TRUE(found->reason.ends_with("With so few images that may be chance."));
}

TEST(Advice, SeesClassesOfDifferentSizesUnlessTheLossDoes) {
    ReportSource source = good_run();
    source.run->data.classes[0].train = 500;
    EXPECT_THAT(findings(source), Contains("The classes are of very different sizes."));
    source.run->config["training"]["loss"] = {{"class_weights", "balanced"}};
    EXPECT_THAT(findings(source), Not(Contains("The classes are of very different sizes.")));
}

TEST(Advice, CountsClassesWithFewImages) {
    ReportSource source = good_run();
    source.run->data.classes[1].train = 29;
    EXPECT_THAT(findings(source), Contains("dog has fewer than 30 training images."));
    source.run->data.classes[2].train = 3;
    EXPECT_THAT(findings(source), Contains("2 classes have fewer than 30 training images."));
}

TEST(Advice, LeadsToSureMistakes) {
    ReportSource source = good_run();
    source.predictions.classes = {{"a", 0, 1, 0.96F, 0.01F}, {"b", 0, 1, 0.9F, 0.1F}, {"c", 0, 0, 0.99F, 0.99F}};
    EXPECT_THAT(findings(source), Contains("In one mistake the model was more than 95 % sure."));
}

TEST(Advice, SeesProbabilitiesThatPromiseTooMuch) {
    ReportSource source = good_run();
    result_of(source).reliability = {.ece = 0.06, .bins = {{0.9, 1, 600, 0.99, 0.95}}};
    EXPECT_THAT(findings(source), Contains("The probabilities promise too much."));
    result_of(source).reliability.ece = 0.04;
    EXPECT_THAT(findings(source), Not(Contains("The probabilities promise too much.")));
}

TEST(Advice, SeesTestImagesThatAreHarder) {
    ReportSource source = good_run();
    result_of(source).accuracy = 0.85;
    EXPECT_THAT(findings(source), Contains("The test images are harder than the validation images."));
}

TEST(Advice, SpeaksOfLeaksIntoTheTestWhereTheyMatter) {
    ReportSource source = good_run();
    const auto found = [&](const char* kind, const char* part, std::int64_t images) {
        source.findings = RunFindings{.images = 1000, .findings = {{.kind = kind, .parts = {{part, images}}}}};
        return findings(source);
    };
    EXPECT_THAT(found("leaks", "test", 1), Contains("1 test image is also in the training or validation part."));
    EXPECT_THAT(found("near_leaks", "test", 6),  // 1 % of 600
                Contains("6 test images are almost like images in the training or validation part."));
    EXPECT_EQ(found("near_leaks", "test", 5).size(), 1U);  // the commonest mistake alone
    EXPECT_EQ(found("leaks", "validation", 5).size(), 1U);
    source.findings = RunFindings{
        .images = 1000,
        .findings = {{.kind = "leaks", .parts = {{"test", 2}}}, {.kind = "near_leaks", .parts = {{"test", 4}}}}};
    const Advice both = advice_for(source).front();
    EXPECT_EQ(both.finding, "6 test images are also, or almost, in the training or validation part.");
    EXPECT_THAT(both.reason, ::testing::EndsWith("looks better than it is: 2 the same picture, 4 almost."));
}

TEST(Advice, PutsWhatIsWrongFirst) {
    ReportSource source = good_run();
    source.test->images = 100;
    source.run->end = TrainingEnd::interrupted;
    const std::vector<Advice> advice = advice_for(source);
    EXPECT_EQ(advice.front().finding, "The run was interrupted.");
    EXPECT_TRUE(std::ranges::is_sorted(advice, {}, &Advice::kind));
}

}  // namespace
}  // namespace graft
