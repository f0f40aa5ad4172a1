#include "report/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "recording_reporter.hpp"
#include "report/small_run.hpp"

namespace graft {
namespace {

using graft::testing::small_evaluation;
using graft::testing::small_run;
using graft::testing::SmallRun;

/// A failure would print pages.
bool shows(const std::string& report, std::string_view words) { return report.find(words) != std::string::npos; }

TEST(Report, BeginsWithTheVerdict) {
    const std::string report = SmallRun().report();
    EXPECT_TRUE(shows(report, "<h1>pets</h1>"));
    EXPECT_TRUE(shows(report, "<div class=\"figure\">75 %</div><p>of 8 test images were recognised</p></div>"));
    // Wilson's interval of 6 of 8
    EXPECT_TRUE(shows(report, "lies between 40.9 % and 92.9 % (95 % interval)"));
    EXPECT_TRUE(shows(report, "Always answering cat would be right for 50 %."));
    EXPECT_LT(report.find("id=\"verdict\""), report.find("id=\"card\""));
}

TEST(Report, SaysWhatWasRun) {
    const std::string report = SmallRun().report();
    EXPECT_TRUE(shows(report, "<dt>Images</dt><dd>40 to train, 8 to validate, 8 to test</dd>"));
    EXPECT_TRUE(shows(report, "<dt>Network</dt><dd>resnet18, 10,000 parameters, 1,000 of them trained</dd>"));
    EXPECT_TRUE(shows(report, "<dt>Machine</dt><dd>a processor, 2 threads</dd>"));
    EXPECT_TRUE(shows(report, "<dt>Seed</dt><dd>3</dd>"));
    EXPECT_TRUE(shows(report, "title=\"0123abcd\""));
}

TEST(Report, MarksInTheCurvesWhatHappened) {
    const std::string report = SmallRun().report();
    EXPECT_TRUE(shows(report, ">rate 0.001</text>"));
    EXPECT_TRUE(shows(report, ">kept</text>"));
    EXPECT_TRUE(shows(report, ">stopped</text>"));
    EXPECT_TRUE(shows(report,
                      "The model has the weights of epoch 2 (early_stopping: the best val_loss 1). "
                      "Training was stopped by early_stopping: enough."));
    EXPECT_TRUE(shows(report, "<title>epoch 2 · loss 0.5000 · val_loss 1.0000 · rate 0.01</title>"));
}

TEST(Report, LeadsFromTheMatrixToTheImages) {
    const std::string report = SmallRun().report();
    EXPECT_TRUE(shows(report, "<td class=\"m5\"><a href=\"#pair-0-1\" title=\"cat taken for dog: 2 of 4\">2</a>"));
    EXPECT_TRUE(shows(report, "<td class=\"h7\">4</td>"));
    EXPECT_TRUE(shows(report, "<div id=\"pair-0-1\"><ul class=\"pictures\"><li><img src=\"data:image/jpeg;base64,"));
}

TEST(Report, FindsImagesWhoseNamesAreNoUtf8) {
    const std::string report = SmallRun().report();
    EXPECT_TRUE(shows(report, "alt=\"cat/Bl\\xFCte.jpg\""));
    EXPECT_TRUE(is_utf8(report));
}

TEST(Report, ShowsTheSurestMistakeFirst) {
    const std::string report = SmallRun().report();
    const std::size_t mistakes = report.find("id=\"mistakes\"");
    const std::size_t surest = report.find("<span class=\"said\">dog 90 %</span>", mistakes);
    ASSERT_NE(surest, std::string::npos);
    EXPECT_LT(surest, report.find("<span class=\"said\">dog 88 %</span>", mistakes));
    EXPECT_TRUE(shows(report.substr(mistakes), "<h3>Right, but barely</h3>"));
}

TEST(Report, ShowsTrainingImagesAsTheNetworkSawThem) {
    const std::string report = SmallRun().report();
    EXPECT_TRUE(shows(report, "each first as it is, then varied by horizontal_flip true."));
    EXPECT_TRUE(shows(report, "alt=\"view 5 of cat/9.jpg\""));
}

TEST(Report, SaysHowReliableTheProbabilitiesAre) {
    const std::string report = SmallRun().report();
    EXPECT_TRUE(shows(report, "the expected calibration error, is 12.5 %."));
    EXPECT_TRUE(shows(report,
                      "If it answers only when it is 90 % sure or more, it answers 50 % of the images and is "
                      "right for 100 % of those."));
}

TEST(Report, SaysWhatCalibrationAndLimitsBrought) {
    const SmallRun run;
    RunRecord record = small_run("data");
    record.calibration = CalibrationRecord{
        .temperature = 1.25, .images = 8, .before = {.ece = 0.2, .loss = 0.9}, .after = {.ece = 0.1, .loss = 0.8}};
    record.drop = DropRecord{.part = "validation", .classes = {{"cat", 4, 4, 0.875, 0.5, {}, {}}}};
    record.test->decision = DecisionRecord{.min_confidence = 0.5, .answered = 6, .accuracy = 0.9};
    run.write(record);
    const std::string report = run.report();
    EXPECT_TRUE(shows(report,
                      "class scores are divided by 1.250, which makes the log loss of 8 validation images smallest "
                      "(0.8000, before 0.9000). The error on these images fell from 20 % to 10 %."));
    EXPECT_TRUE(shows(report, "the model answered 6 of 8 images and was right for 90 % of those."));
    EXPECT_TRUE(shows(report, ">recall in validation</th>"));
    EXPECT_TRUE(shows(report, ">87.5 %</td></tr>"));
}

TEST(Report, CallsAChangeOfTheErrorThatIsNoneNeitherGainNorLoss) {
    const SmallRun run;
    RunRecord record = small_run("data");
    const auto says = [&](double after, const std::string& expected) {
        record.calibration =
            CalibrationRecord{.temperature = 1.25, .images = 8, .before = {.ece = 0.037}, .after = {.ece = after}};
        run.write(record);
        return shows(run.report(), "The error on these images " + expected);
    };
    EXPECT_TRUE(says(0.038, "stayed at about 3.8 %."));
    EXPECT_TRUE(says(0.033, "stayed at about 3.3 %."));
    EXPECT_TRUE(says(0.05, "rose from 3.7 % to 5 %."));
}

/// Heat maps that are all of one colour; what was asked for is written down.
DrawHeatMaps red_maps(std::vector<HeatRequest>& asked) {
    return [&asked](std::span<const HeatRequest> requests) {
        asked.assign(requests.begin(), requests.end());
        return HeatMaps{std::vector<cv::Mat>(requests.size(), cv::Mat(8, 8, CV_8UC3, cv::Scalar(255, 0, 0))), ""};
    };
}

TEST(Report, ShowsWhatTheModelSawBesideItsWorstMistakes) {
    const SmallRun run;
    std::vector<HeatRequest> asked;
    const std::string report = report_of(run.source(), red_maps(asked));
    ASSERT_EQ(asked.size(), 2U);  // the mistakes, and no other image
    EXPECT_EQ(asked[0].file, run.folder() / "data/test/cat/Bl\xFCte.jpg");
    EXPECT_EQ(asked[0].output, 1);  // of dog, which was the answer
    EXPECT_TRUE(shows(report, "alt=\"heat map of cat/3.jpg: what raises the score of dog, and what lowers it\""));
    EXPECT_TRUE(shows(report, "red raises the score of what the model said"));
}

TEST(Report, SaysWhyThereAreNoHeatMaps) {
    const SmallRun run;
    const std::string report = report_of(run.source(), [](std::span<const HeatRequest>) {
        return HeatMaps{{}, "this network has no <map>"};
    });
    EXPECT_TRUE(shows(report, "There are no heat maps: this network has no &lt;map&gt;."));
    EXPECT_FALSE(shows(report, "red raises"));
    EXPECT_FALSE(shows(run.report(), "heat map"));
}

constexpr const char* kLeak = R"({"images": 48, "findings": [
  {"kind": "leaks", "title": "leaks", "sentence": "1 image is also in another part", "usual": false,
   "parts": {"test": 1}, "images": [{"part": "test", "file": "cat/3.jpg", "class": "cat", "score": 0,
                                     "other": {"part": "train", "file": "cat/9.jpg", "class": "cat"}}]},
  {"kind": "blurred", "title": "blurred", "sentence": "40 images are blurred, more than half: these pictures are like that",
   "usual": true, "parts": {"test": 8, "train": 32}, "images": []},
  {"kind": "imbalance", "title": "imbalance", "sentence": "1 class has less than a tenth of the mean",
   "parts": {}, "classes": [{"part": "train", "class": "dog", "images": 1}]}]})";

TEST(Report, ShowsWhatIsOddAboutTheData) {
    const SmallRun run;
    run.folder().write("run/findings.json", kLeak);
    const std::string report = run.report();
    EXPECT_TRUE(shows(report, "<h3>Leaks</h3><p>1 image is also in another part (1 in test).</p>"));
    EXPECT_TRUE(shows(report, "alt=\"test/cat/3.jpg\""));
    EXPECT_TRUE(shows(report, "alt=\"train/cat/9.jpg\""));
    EXPECT_TRUE(shows(report, "<p>40 images are blurred, more than half: these pictures are like that.</p>"));
    EXPECT_TRUE(shows(report, "<th scope=\"row\">dog</th><td>train</td><td>1</td>"));
    EXPECT_TRUE(shows(report, "1 test image is also in the training or validation part."));
    EXPECT_TRUE(shows(report, "That is 12.5 % of the test"));
}

TEST(Report, SaysThatNothingIsOddOnlyWhereSomebodyLooked) {
    const SmallRun run;
    EXPECT_FALSE(shows(run.report(), "id=\"data\""));
    run.folder().write("run/findings.json", R"({"images": 48, "findings": []})");
    EXPECT_TRUE(shows(run.report(), "Among 48 images there are no copies, leaks between the parts, or odd pictures."));
    run.folder().write("run/findings.json", R"({"images": 48})");
    EXPECT_THROW((void)run.source(), DataError);
}

TEST(Report, OfSettingsThatCannotBeReadIsRefusedByTheFilesName) {
    const SmallRun run;
    RunRecord record = small_run("data");
    record.config["seed"] = "three";
    run.write(record);
    try {
        (void)run.source();
        FAIL();
    } catch (const DataError& error) {
        EXPECT_TRUE(shows(error.what(), "record.json: is not what graft writes under this name"));
    }
    record.config.erase("data");
    record.config["seed"] = 3;
    run.write(record);
    EXPECT_THROW((void)run.source(), DataError);
}

TEST(Report, DoesNotShowViewsOfAnAugmentationThatItDoesNotKnow) {
    const SmallRun run;
    RunRecord record = small_run((run.folder() / "data").string());
    record.config["augmentation"]["of_the_future"] = 1;
    run.write(record);
    EXPECT_FALSE(run.source().augmentation);
    EXPECT_TRUE(shows(run.report(), "This version of graft does not know all that the run varied."));
}

TEST(Report, TakesTheHashOfAModelThatIsKnown) {
    const SmallRun run;
    run.folder().write("run/model.pt", "not hashed");
    EXPECT_EQ(read_report_source(run.path(), "0123").model_hash, "0123");
    EXPECT_EQ(run.source().model_hash.size(), 64U);
}

TEST(Report, SaysWhatIsKnownOfTheTrainingImagesWhereNothingValidates) {
    const SmallRun run;
    RunRecord record = small_run("data");
    record.data.validation = 0;
    run.write(record);
    EXPECT_TRUE(shows(run.report(), "How each class does among the training images is not known"));
    record.drop = DropRecord{.part = "train", .classes = {{"cat", 20, 4, 0.95, 0.5, {}, {}}}};
    run.write(record);
    EXPECT_TRUE(shows(run.report(), ">recall in training</th>"));
    EXPECT_TRUE(shows(run.report(), ">95 %</td></tr>"));
    EXPECT_TRUE(shows(run.report(), "the last column is of the images that it was trained with"));
}

TEST(Report, SaysWhereTheTimeWent) {
    EXPECT_TRUE(
        shows(SmallRun().report(), "computing features: 4.0 s; training: 3.0 s; start, checks, test, writing: 3.0 s"));
}

TEST(Report, EscapesNamesEverywhere) {
    const SmallRun run;
    RunRecord record = small_run("data");
    const std::string evil = "<script>alert(1)</script>";
    record.config["name"] = evil;
    auto& of = std::get<ClassificationRecord>(record.test->result);
    of.classes[0].name = of.baseline.name = record.data.classes[0].name = evil;
    record.machine = record.reason = record.phases[0].model.backbone = record.test->source = evil;
    run.write(record);
    run.folder().write("run/test/predictions.csv",
                       "file,class,predicted,correct,a,b\n\"" + evil + "/1.jpg\"," + evil + ",dog,0,0.1,0.9\n");
    const std::string report = run.report();
    EXPECT_FALSE(shows(report, "<script>alert"));
    EXPECT_TRUE(shows(report, "&lt;script&gt;alert(1)&lt;/script&gt;/1.jpg"));
    EXPECT_FALSE(shows(comparison_of({run.source(), run.source()}), "<script>alert"));
}

TEST(Report, SaysThatImagesAreGone) {
    const SmallRun run;
    run.write(small_run("elsewhere"));
    EXPECT_TRUE(shows(run.report(), "The images are no longer at elsewhere/test"));
}

TEST(Report, OfAnEvaluationHasNoCurves) {
    const graft::testing::TemporaryFolder folder;
    folder.write("evaluation.json", pretty(to_json(small_evaluation())));
    folder.write("predictions.csv", graft::testing::kSmallPredictions);
    const std::string report = report_of(read_report_source(folder.path()));
    EXPECT_TRUE(shows(report, "<h1>data/test</h1>"));
    EXPECT_TRUE(shows(report, "id=\"confusion\""));
    EXPECT_FALSE(shows(report, "id=\"curves\""));
}

TEST(Report, OfARunThatGoesOnIsMadeFromItsConfigAndHistory) {
    const graft::testing::TemporaryFolder folder;
    folder.write("config.json", R"({"name": "pets", "task": {"name": "classification"}, "data": {"train": "t"}})");
    folder.write("history.csv", "epoch,learning_rate,loss,val_loss,seconds\n0,0.01,0.5,nan,1.5\n1,0.01,0.25,0.5,1.5\n");
    const ReportSource source = read_report_source(folder.path());
    EXPECT_FALSE(source.finished);
    ASSERT_EQ(source.run->history.size(), 2U);
    EXPECT_EQ(source.run->history[1].metric("val_loss"), 0.5);
    const std::string report = watched_report(source);
    EXPECT_TRUE(shows(report, "http-equiv=\"refresh\""));
    EXPECT_TRUE(shows(report, "The run is not over"));
}

TEST(Report, OfAnotherFolderIsRefused) {
    const graft::testing::TemporaryFolder folder;
    EXPECT_THROW((void)read_report_source(folder.path()), DataError);
    folder.write("record.json", R"({"a": 1})");
    EXPECT_THROW((void)read_report_source(folder.path()), DataError);
    folder.write("record.json", "{");
    EXPECT_THROW((void)read_report_source(folder.path()), DataError);
}

TEST(Report, WithPredictionsOfAnotherEvaluationIsRefused) {
    const SmallRun run;
    run.folder().write("run/test/predictions.csv", "file,class,predicted,correct,cat,dog\na,bird,cat,0,1,0\n");
    EXPECT_THROW((void)run.source(), DataError);
    run.folder().write("run/test/predictions.csv", "file,class,predicted,correct,cat\n");
    EXPECT_THROW((void)run.source(), DataError);
}

TEST(Report, ThatCannotBeWrittenIsAWarning) {
    const SmallRun run;
    run.folder().write("run/report.html", "<html>my own</html>");
    graft::testing::RecordingReporter reporter;
    write_report_or_warn(run.path(), {}, reporter);
    EXPECT_EQ(run.folder().read("run/report.html"), "<html>my own</html>");
    ASSERT_EQ(reporter.warnings.size(), 1U);
    EXPECT_TRUE(shows(reporter.warnings[0],
                      "report.html is not written: there is a file of this name that graft did "
                      "not write"));
}

TEST(Report, ReplacesItsPredecessor) {
    const SmallRun run;
    graft::testing::RecordingReporter reporter;
    write_report_or_warn(run.path(), {}, reporter);
    write_report_or_warn(run.path(), {.gates = {{"accuracy", 0.9, 0.75, true, false}}}, reporter);
    EXPECT_TRUE(reporter.warnings.empty());
    EXPECT_TRUE(
        shows(run.folder().read("run/report.html"), "Gate not met: accuracy is 0.7500, at least 0.9 was asked for."));
}

TEST(Report, KnowsTheCommonestClassOfARecordThatDoesNotSayIt) {
    const SmallRun run;
    RunRecord record = small_run("data");
    auto& of = std::get<ClassificationRecord>(record.test->result);
    of.baseline = {};
    of.classes[1].support = 6;
    run.write(record);
    EXPECT_TRUE(shows(run.report(), "Always answering dog would be right for 75 %."));
}

/// 50,000 test images of 100 classes. Every fifth is taken for another class, and its picture is there, of noise: no
/// JPEG is larger.
class LargeTest {
public:
    static constexpr int kClasses = 100, kImages = 50'000;

    LargeTest() {
        run_.folder().write("noise.jpg", graft::testing::encoded(".jpg", graft::testing::noise(112, 112)));
        std::filesystem::create_directories(run_.folder() / "data/test/pictures");
        RunRecord record = small_run((run_.folder() / "data").string());
        ClassificationRecord of{.accuracy = 0.8, .baseline = {"class-00", 0.01}};
        of.confusion.assign(kClasses, std::vector<std::int64_t>(kClasses));
        std::string rows = "file,class,predicted,correct";
        for (int k = 0; k < kClasses; ++k) rows += "," + name(k);
        rows += "\n";
        for (int i = 0; i < kImages; ++i) rows += row(i, of.confusion);
        for (int k = 0; k < kClasses; ++k)
            of.classes.push_back(
                {.name = name(k), .precision = 0.8, .recall = 0.8, .f1 = 0.8, .support = 500, .predicted = 500});
        record.test = EvaluationRecord{.source = record.test->source, .images = kImages, .result = of};
        run_.write(record);
        run_.folder().write("run/test/predictions.csv", rows);
    }
    [[nodiscard]] ReportSource source() const { return run_.source(); }

private:
    static std::string name(int k) { return format_text("class-{:02}", k); }
    std::string row(int i, std::vector<std::vector<std::int64_t>>& confusion) {
        const int truth = i % kClasses, said = i / kClasses % 5 == 0 ? (truth + 1 + i / 500 % 7) % kClasses : truth;
        ++confusion[static_cast<std::size_t>(truth)][static_cast<std::size_t>(said)];
        const std::string file = format_text("pictures/image-{:06}.jpg", i);
        if (said != truth)
            std::filesystem::create_hard_link(run_.folder() / "noise.jpg", run_.folder() / "data/test" / file);
        std::string text = format_text("{},{},{},{}", file, name(truth), name(said), said == truth ? 1 : 0);
        for (int k = 0; k < kClasses; ++k) text += k == said ? ",0.9" : k == truth ? ",0.05" : ",0.0005";
        return text + "\n";
    }
    SmallRun run_;
};

TEST(Report, OfFiftyThousandImagesStaysSmall) {
    const LargeTest test;
    std::vector<HeatRequest> asked;
    const std::string report = report_of(test.source(), red_maps(asked));
    EXPECT_EQ(asked.size(), 24U);
    EXPECT_TRUE(shows(report, "src=\"data:image/jpeg"));
    EXPECT_TRUE(shows(report, "The 24 of 100 classes that take part in the most mistakes"));
    EXPECT_GT(report.size(), 2'000'000U);  // the pictures are in it
    EXPECT_LT(report.size(), 6'000'000U);
}

TEST(Report, NamesTwoHundredImagesOfAKindOfMistake) {
    const SmallRun run;
    RunRecord record = small_run("data");
    std::get<ClassificationRecord>(record.test->result).confusion = {{0, 5000}, {0, 0}};
    run.write(record);
    std::string rows = "file,class,predicted,correct,cat,dog\n";
    for (int i = 0; i < 5000; ++i) rows += format_text("cat/{}.jpg,cat,dog,0,0.1,0.9\n", i);
    run.folder().write("run/test/predictions.csv", rows);
    EXPECT_TRUE(shows(run.report(), "… and 4800 more: predictions.csv has all of them."));
}

TEST(Report, OfSeveralLabelsHasARowForEach) {
    const SmallRun run;
    RunRecord record = small_run("data");
    record.task = "multi_label";
    record.test->result = MultiLabelRecord{
        .mean_average_precision = 0.75,
        .exact_match = 0.5,
        .classes = {{.name = "red", .average_precision = 0.9, .support = 2, .known = 4, .threshold = 0.4},
                    {.name = "round", .average_precision = 0.6, .support = 1, .known = 4, .threshold = 0.5}}};
    run.write(record);
    run.folder().write("run/test/predictions.csv",
                       "file,classes,predicted,correct,red,round\n1.jpg,red|round,red,0,0.9,0.2\n2.jpg,,,1,0.1,0.1\n");
    const ReportSource source = run.source();
    ASSERT_EQ(source.predictions.labels.size(), 2U);
    EXPECT_FLOAT_EQ(source.predictions.labels[0].surprise, 0.8F);
    const std::string report = report_of(source);
    EXPECT_TRUE(shows(report, "75 %</div><p>mean average precision, over 2 labels and 8 test images</p>"));
    EXPECT_LT(report.find("<th scope=\"row\">round</th>"), report.find("<th scope=\"row\">red</th>"));
    EXPECT_TRUE(shows(report, "<span class=\"truth\">is red|round</span>"));
    EXPECT_TRUE(shows(report, "The weakest label is round."));
}

TEST(Report, OfNumbersHasThemPredictedAgainstTrue) {
    const SmallRun run;
    RunRecord record = small_run("data");
    record.task = "regression";
    record.test->result = RegressionRecord{.mae = 1, .rmse = 2, .r2 = 0.5, .targets = {{"age", 1, 2, 0.5, 2}}};
    run.write(record);
    run.folder().write("run/test/predictions.csv", "file,age,predicted_age\n1.jpg,10,12\n2.jpg,,7\n3.jpg,30,31\n");
    const ReportSource source = run.source();
    ASSERT_EQ(source.predictions.numbers.at(0).size(), 2U);
    EXPECT_EQ(source.predictions.numbers[0][1].predicted, 31);
    const std::string report = report_of(source);
    EXPECT_TRUE(shows(report, "1</div><p>mean absolute error over 8 test images; R² is 0.500</p>"));
    EXPECT_TRUE(shows(report, "aria-label=\"age: predicted against true."));
    EXPECT_TRUE(shows(report, "<span class=\"said\">age 12</span>"));
}

TEST(Comparison, ShowsTheSettingsThatDiffer) {
    const SmallRun one, other;
    RunRecord record = small_run("data");
    record.config["name"] = "better";
    record.config["seed"] = 4;
    auto& of = std::get<ClassificationRecord>(record.test->result);
    of.accuracy = of.figures[0].value = 0.875;
    other.write(record);
    RunRecord first = small_run("data");
    one.write(first);
    const std::string page = comparison_of({one.source(), other.source()});
    EXPECT_TRUE(shows(page, "<tr><th scope=\"row\">/seed</th><td>3</td><td>4</td></tr>"));
    EXPECT_FALSE(shows(page, "/data/batch_size"));
    EXPECT_TRUE(shows(page, "better is ahead with 87.5 % of the test images; pets follows with 75 %."));
    EXPECT_TRUE(shows(page, "the difference may be chance"));
}

TEST(Comparison, DoesNotJudgeRunsThatWereTestedOnOtherImages) {
    const SmallRun one, other;
    one.write(small_run("data"));
    other.write(small_run("elsewhere"));
    EXPECT_TRUE(shows(comparison_of({one.source(), other.source()}), "The runs were not tested on the same images"));
}

RunRecord run_of_numbers() {
    RunRecord run = small_run("data");
    run.task = "regression";
    run.test->result = RegressionRecord{.mae = 0.25, .rmse = 0.5, .r2 = 0.5, .targets = {{"age", 0.25, 0.5, 0.5, 2}}};
    for (EpochRecord& epoch : run.history)
        epoch.metrics = {{"loss", 0.5}, {"mae", 0.5}, {"val_loss", 0.5}, {"val_mae", 0.25}, {"val_rmse", 0.75}};
    return run;
}

TEST(Comparison, DrawsErrorsThatAreSmallAsNumbersAndNotAsShares) {
    const SmallRun one, other;
    EXPECT_TRUE(shows(comparison_of({one.source(), other.source()}), ">100 %</text>"));
    for (const SmallRun* run : {&one, &other}) {
        run->write(run_of_numbers());
        run->folder().write("run/test/predictions.csv", "file,age,predicted_age\n");
    }
    const std::string page = comparison_of({read_report_source(one.path()), read_report_source(other.path())});
    EXPECT_TRUE(shows(page, "aria-label=\"val_mae of all runs."));
    EXPECT_FALSE(shows(page, " %</text>"));
}

TEST(Comparison, HasACellForTheSecondsOfAnEvaluation) {
    const SmallRun run;
    const graft::testing::TemporaryFolder folder;
    folder.write("evaluation.json", pretty(to_json(small_evaluation())));
    const std::string page = comparison_of({run.source(), read_report_source(folder.path())});
    EXPECT_TRUE(shows(page, "<th scope=\"col\">seconds</th>"));
    EXPECT_TRUE(shows(page, "<td data-value=\"10\">10.0</td></tr>"));
    EXPECT_TRUE(shows(page, "<td data-value=\"0.75\">0.7500</td><td>–</td></tr>"));
}

}  // namespace
}  // namespace graft
