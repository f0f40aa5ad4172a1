#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "graft/core/errors.hpp"
#include "record/csv.hpp"
#include "record/evaluation_json.hpp"
#include "record/evaluation_text.hpp"
#include "record/history_text.hpp"

namespace graft {
namespace {

TEST(CsvField, IsQuotedOnlyWhereItMustBe) {
    EXPECT_EQ(csv_field("plain text"), "plain text");
    EXPECT_EQ(csv_field(""), "");
    EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
    EXPECT_EQ(csv_field("a \"b\""), "\"a \"\"b\"\"\"");
    EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
    EXPECT_EQ(csv_field("carriage\rreturn"), "\"carriage\rreturn\"");
    EXPECT_EQ(csv_field("a;b\tc"), "a;b\tc");
}

std::vector<EpochRecord> two_epochs() {
    return {{.epoch = 0, .learning_rate = 0.001, .seconds = 2.5, .metrics = {{"loss", 1.5}, {"val_loss", 0.1}}},
            {.epoch = 1, .learning_rate = 1e-4, .seconds = 2, .metrics = {{"loss", 1}, {"val_loss", 1.0 / 3}}}};
}

TEST(HistoryCsv, HasAColumnPerMetricAndNumbersInFull) {
    EXPECT_EQ(history_csv(two_epochs()),
              "epoch,learning_rate,loss,val_loss,seconds\n"
              "0,0.001,1.5,0.1,2.5\n"
              "1,1e-04,1,0.3333333333333333,2\n");
}

TEST(HistoryCsv, TakesAnotherSeparator) {
    EXPECT_EQ(history_csv({two_epochs().front()}, '\t'),
              "epoch\tlearning_rate\tloss\tval_loss\tseconds\n0\t0.001\t1.5\t0.1\t2.5\n");
}

TEST(HistoryCsv, IsAHeaderAloneBeforeTheFirstEpoch) { EXPECT_EQ(history_csv({}), "epoch,learning_rate,seconds\n"); }

TEST(EpochRecord, KnowsItsMetricsByName) {
    const EpochRecord record = two_epochs().front();
    EXPECT_EQ(record.metric("val_loss"), 0.1);
    EXPECT_EQ(record.metric("accuracy"), std::nullopt);
}

/// Two classes that were tested and one that was not.
EvaluationRecord pets() {
    return {.source = "data/test",
            .images = 8,
            .result = ClassificationRecord{
                .accuracy = 0.75,
                .loss = 0.5,
                .top_k = {{1, 0.75}, {2, 0.875}},
                .classes = {{.name = "cat", .precision = 0.8, .recall = 1, .f1 = 0.8889, .support = 4},
                            {.name = "dog, small", .precision = 1, .recall = 0.5, .f1 = 0.6667, .support = 4},
                            {.name = "emu", .precision = 0, .recall = 0, .f1 = 0, .support = 0}},
                .confusion = {{4, 0, 0}, {1, 2, 1}, {0, 0, 0}}}};
}

TEST(EvaluationRecord, AveragesOverTheClassesThatHaveImages) {
    const ClassRecord mean = pets().classification().macro_average();
    EXPECT_EQ(mean.name, "macro average");
    EXPECT_DOUBLE_EQ(mean.precision, 0.9);
    EXPECT_DOUBLE_EQ(mean.recall, 0.75);
    EXPECT_DOUBLE_EQ(mean.f1, (0.8889 + 0.6667) / 2);
    EXPECT_EQ(mean.support, 8);
}

TEST(EvaluationRecord, AveragesNothingToZero) {
    const ClassRecord mean = ClassificationRecord{.classes = {{.name = "cat"}}}.macro_average();
    EXPECT_EQ(mean.precision, 0);
    EXPECT_EQ(mean.f1, 0);
    EXPECT_EQ(mean.support, 0);
}

TEST(EvaluationRecord, CountsAClassWithoutImagesThatWasPredicted) {
    ClassificationRecord record = pets().classification();
    record.classes[2].predicted = 1;  // of precision, recall and F1 0, as scikit-learn has it
    EXPECT_DOUBLE_EQ(record.macro_average().precision, 0.6);
    EXPECT_DOUBLE_EQ(record.macro_average().recall, 0.5);
}

TEST(EvaluationRecord, BecomesJson) {
    const Json json = to_json(pets());
    EXPECT_EQ(json.at("source"), "data/test");
    EXPECT_EQ(json.at("images"), 8);
    EXPECT_EQ(json.at("task"), "classification");
    EXPECT_EQ(json.at("accuracy"), 0.75);
    EXPECT_EQ(json.at("top_k").dump(), R"({"1":0.75,"2":0.875})");
    EXPECT_NEAR(json.at("macro_average").at("f1").get<double>(), 0.7778, 1e-12);
    EXPECT_EQ(json.at("classes").at(1).dump(),
              R"({"name":"dog, small","precision":1.0,"recall":0.5,"f1":0.6667,"support":4,"predicted":0,)"
              R"("precision_interval":null,"recall_interval":null,"roc_auc":null,"average_precision":null})");
    EXPECT_EQ(json.at("confusion").dump(), "[[4,0,0],[1,2,1],[0,0,0]]");
    EXPECT_EQ(json.at("confusion_normalised").dump(), "[[1.0,0.0,0.0],[0.25,0.5,0.25],[0.0,0.0,0.0]]");
    for (const char* absent : {"model", "tta", "decision", "comparison", "sub_folders", "uncalibrated", "intervals"})
        EXPECT_FALSE(json.contains(absent)) << absent;
}

/// All that an evaluation of classes may hold.
EvaluationRecord full_record() {
    EvaluationRecord record = pets();
    record.model = "runs/pets/model.pt";
    record.tta = "flip";
    record.decision = DecisionRecord{.min_confidence = 0.5, .answered = 6, .accuracy = 1, .interval = {0.61, 1}};
    record.comparison = ComparisonRecord{
        .other = "other.pt", .both_right = 5, .only_this = 1, .only_other = 2, .both_wrong = 0, .p_value = 1};
    ClassificationRecord of = pets().classification();
    of.figures = {
        {"accuracy", 0.75, true, {0.41, 0.93}}, {"top_2", 0.875}, {"roc_auc", kUnknown}, {"loss", 0.5, false}};
    of.bootstrap = {.resamples = 1000, .ranking_resamples = 500, .seed = 3};
    of.reliability = {.ece = 0.1, .ece_interval = {0.05, 0.2}, .loss = 0.5, .bins = {{0, 0.5, 2, 0.4, 0.5}}};
    of.uncalibrated = of.reliability;
    of.confused = {{"dog, small", "cat", 1, 0.25}};
    of.coverage = {{0.25, 1, 0.75}, {0.5, 0.5, 1}};
    of.baseline = {"cat", 0.5};
    of.folders = {{"cat/indoors", 3, 3, 1, {0.44, 1}}};
    record.result = of;
    return record;
}

TEST(EvaluationRecord, ReadsItsJsonBack) {
    for (const EvaluationRecord& record : {full_record(), pets()}) {
        const Json json = to_json(record);
        EXPECT_EQ(to_json(evaluation_from_json(Json::parse(json.dump()))).dump(), json.dump());
    }
}

TEST(EvaluationRecord, HasEachFigureByNameAndItsInterval) {
    const Json json = to_json(full_record());
    EXPECT_EQ(json.at("roc_auc"), nullptr);
    EXPECT_EQ(json.at("intervals").dump(), R"({"accuracy":[0.41,0.93],"top_2":null,"roc_auc":null,"loss":null})");
    EXPECT_EQ(json.at("better").at("loss"), "min");
    EXPECT_EQ(json.at("tta"), "flip");
    EXPECT_EQ(json.at("baseline").dump(), R"({"class":"cat","accuracy":0.5})");
    EXPECT_EQ(full_record().metrics().size(), 4U);
}

TEST(EvaluationRecord, ReadsWhatAnEarlierVersionWrote) {
    const EvaluationRecord record = evaluation_from_json(
        Json::parse(R"({"source":"a","images":1,"accuracy":1.0,"loss":0.5,"top_k":{"1":1.0},"classes":[{"name":"cat",)"
                    R"("precision":1.0,"recall":1.0,"f1":1.0,"support":1}],"confusion":[[1]]})"));
    EXPECT_EQ(record.classification().classes.front().name, "cat");
    EXPECT_TRUE(record.classification().figures.empty());
}

TEST(EvaluationRecord, BecomesATableForPeople) {
    EXPECT_EQ(to_text(pets()),
              "class           precision   recall       f1  support\n"
              "cat                0.8000   1.0000   0.8889        4\n"
              "dog, small         1.0000   0.5000   0.6667        4\n"
              "emu                0.0000   0.0000   0.0000        0\n"
              "macro average      0.9000   0.7500   0.7778        8\n"
              "\n"
              "images    8\n"
              "accuracy  0.7500\n"
              "top-2     0.8750\n"
              "loss      0.5000\n");
}

TEST(EvaluationRecord, AlignsLongNamesAndNamesBeyondAscii) {
    const EvaluationRecord record{
        .result = ClassificationRecord{.classes = {{.name = "Gänseblümchen auf Wiesen"}, {.name = "plain"}}}};
    const std::string text = to_text(record);
    EXPECT_THAT(text, ::testing::HasSubstr("\nGänseblümchen auf Wiesen      0.0000   0.0000   0.0000        0\n"));
    EXPECT_THAT(text, ::testing::HasSubstr("\nplain                         0.0000   0.0000   0.0000        0\n"));
}

TEST(ConfusionCsv, HasTrueClassesAsRows) {
    EXPECT_EQ(tables_of(pets()).at(1).text,
              "true\\predicted,cat,\"dog, small\",emu\n"
              "cat,4,0,0\n"
              "\"dog, small\",1,2,1\n"
              "emu,0,0,0\n");
}

TEST(ClassesCsv, HasARowPerClass) {
    EXPECT_EQ(tables_of(pets()).at(0).text,
              "class,precision,recall,f1,support\n"
              "cat,0.8000,1.0000,0.8889,4\n"
              "\"dog, small\",1.0000,0.5000,0.6667,4\n"
              "emu,0.0000,0.0000,0.0000,0\n");
}

TEST(EvaluationTables, AreThoseOfTheTask) {
    const auto names = [](const EvaluationRecord& record) {
        std::vector<std::string> all;
        for (const EvaluationTable& table : tables_of(record)) all.push_back(table.name);
        return all;
    };
    EXPECT_THAT(names(pets()), ::testing::ElementsAre("classes.csv", "confusion.csv"));
    EXPECT_THAT(names({.result = MultiLabelRecord()}), ::testing::ElementsAre("classes.csv"));
    EXPECT_THAT(names({.result = RegressionRecord()}), ::testing::ElementsAre("targets.csv"));
}

/// A picture with roses, one without; nobody knows of the lily.
EvaluationRecord bouquets() {
    return {.source = "list.csv",
            .images = 2,
            .result = MultiLabelRecord{.mean_average_precision = 0.75,
                                       .micro_f1 = 0.5,
                                       .macro_f1 = 0.25,
                                       .exact_match = 0.5,
                                       .hamming_loss = 0.125,
                                       .loss = 0.3,
                                       .classes = {{.name = "lily"},
                                                   {.name = "rose",
                                                    .average_precision = 0.75,
                                                    .precision = 0.5,
                                                    .recall = 1,
                                                    .f1 = 0.6667,
                                                    .support = 1,
                                                    .known = 2,
                                                    .threshold = 0.25}}}};
}

TEST(MultiLabelRecord, BecomesATableForPeople) {
    EXPECT_EQ(to_text(bouquets()),
              "class           average precision  precision   recall       f1  support  threshold\n"
              "lily                       0.0000     0.0000   0.0000   0.0000        0     0.5000\n"
              "rose                       0.7500     0.5000   1.0000   0.6667        1     0.2500\n"
              "\n"
              "images                  2\n"
              "mean_average_precision  0.7500\n"
              "micro_f1                0.5000\n"
              "macro_f1                0.2500\n"
              "exact_match             0.5000\n"
              "hamming_loss            0.1250\n"
              "loss                    0.3000\n");
}

TEST(MultiLabelRecord, BecomesJsonThatSaysTheTask) {
    const Json json = to_json(bouquets());
    EXPECT_EQ(to_json(evaluation_from_json(json)), json);
    EXPECT_EQ(json.at("task"), "multi_label");
    EXPECT_EQ(json.at("hamming_loss"), 0.125);
    EXPECT_EQ(json.at("classes").at(1).dump(),
              R"({"name":"rose","average_precision":0.75,"precision":0.5,"recall":1.0,"f1":0.6667,"support":1,)"
              R"("known":2,"threshold":0.25})");
    EXPECT_EQ(tables_of(bouquets()).front().text,
              "class,average_precision,precision,recall,f1,support,known,threshold\n"
              "lily,0.0000,0.0000,0.0000,0.0000,0,0,0.5\n"
              "rose,0.7500,0.5000,1.0000,0.6667,1,2,0.25\n");
}

TEST(MultiLabelRecord, HasNullWhereNothingIsKnown) {
    EvaluationRecord record = bouquets();
    auto& result = std::get<MultiLabelRecord>(record.result);
    result.macro_f1 = result.classes[0].average_precision = std::nan("");
    const Json json = to_json(record);
    EXPECT_TRUE(json.at("macro_f1").is_null());
    EXPECT_TRUE(json.at("classes").at(0).at("average_precision").is_null());
    EXPECT_TRUE(std::isnan(evaluation_from_json(json).multi_label().macro_f1));
}

TEST(RegressionRecord, BecomesATableJsonAndCsv) {
    const EvaluationRecord record{.source = "list.csv",
                                  .images = 1,
                                  .result = RegressionRecord{.mae = 12.5,
                                                             .rmse = 12.5,
                                                             .r2 = std::numeric_limits<double>::quiet_NaN(),
                                                             .targets = {{"brightness", 12.5, 12.5, std::nan(""), 1}}}};
    EXPECT_EQ(to_text(record),
              "target       mae  rmse   r2  images\n"
              "brightness  12.5  12.5  nan       1\n"
              "\n"
              "images    1\n"
              "mae       12.5\n"
              "rmse      12.5\n"
              "r2        nan\n");
    EXPECT_EQ(to_json(record).dump(),
              R"({"source":"list.csv","images":1,"task":"regression","mae":12.5,"rmse":12.5,"r2":null,"targets":)"
              R"([{"name":"brightness","mae":12.5,"rmse":12.5,"r2":null,"support":1}]})");
    EXPECT_EQ(to_json(evaluation_from_json(to_json(record))), to_json(record));
    EXPECT_EQ(tables_of(record).front().text, "target,mae,rmse,r2,support\nbrightness,12.5,12.5,nan,1\n");
}

TEST(EvaluationRecord, NamesItsMetricsAndWhichWayIsBetter) {
    const std::vector<MeasuredMetric> metrics = bouquets().metrics();
    EXPECT_EQ(metrics.front().name, "mean_average_precision");
    EXPECT_TRUE(metrics.front().more_is_better);
    EXPECT_EQ(metrics.back().name, "loss");
    EXPECT_FALSE(metrics.back().more_is_better);
    EXPECT_EQ(pets().metrics().front().value, 0.75);
    EXPECT_EQ(pets().metrics().at(1).name, "top_2");
}

TEST(EvaluationRecord, IsOfOneTask) {
    EXPECT_EQ(bouquets().task(), "multi_label");
    EXPECT_EQ(bouquets().multi_label().classes.size(), 2U);
    EXPECT_THROW((void)bouquets().classification(), Error);
}

}  // namespace
}  // namespace graft
