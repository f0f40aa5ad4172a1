#include "app/prediction_rows.hpp"

#include <gtest/gtest.h>

#include "config/json.hpp"
#include "core/text.hpp"

namespace graft {
namespace {

const std::vector<std::string> kPets = {"cat", "dog, small", "emu"};
const Prediction kDog{.values = {0.1F, 0.7F, 0.2F}};
const Prediction kDamaged{.error = "a.jpg: ends early, at \"SOS\""};

PredictionRows csv(std::size_t top_k = 1, bool all = false) {
    return {kPets, {.format = RowFormat::csv, .top_k = top_k, .all_probabilities = all}};
}
PredictionRows json(std::size_t top_k = 1, bool all = false) {
    return {kPets, {.format = RowFormat::json_lines, .top_k = top_k, .all_probabilities = all}};
}

TEST(PredictionRows, AreCsvWithTheLikeliestClass) {
    EXPECT_EQ(csv().header(), "file,class,probability,error\n");
    EXPECT_EQ(csv().row("a.jpg", kDog), "a.jpg,\"dog, small\",0.7,\n");
}

TEST(PredictionRows, NumberTheClassesWhereThereAreSeveral) {
    EXPECT_EQ(csv(2).header(), "file,class_1,probability_1,class_2,probability_2,error\n");
    EXPECT_EQ(csv(2).row("a.jpg", kDog), "a.jpg,\"dog, small\",0.7,emu,0.2,\n");
}

TEST(PredictionRows, HaveNoMoreClassesThanThereAre) {
    EXPECT_EQ(csv(99).header(), csv(3).header());
    EXPECT_EQ(csv(99).row("a.jpg", kDog), "a.jpg,\"dog, small\",0.7,emu,0.2,cat,0.1,\n");
}

TEST(PredictionRows, HoldEveryProbabilityWhereThatIsAskedFor) {
    EXPECT_EQ(csv(1, true).header(), "file,class,probability,error,cat,\"dog, small\",emu\n");
    EXPECT_EQ(csv(1, true).row("a.jpg", kDog), "a.jpg,\"dog, small\",0.7,,0.1,0.7,0.2\n");
}

TEST(PredictionRows, HoldTheReasonWhereThereIsNoPrediction) {
    EXPECT_EQ(csv().row("a.jpg", kDamaged), "a.jpg,,,\"a.jpg: ends early, at \"\"SOS\"\"\"\n");
    EXPECT_EQ(csv(2).row("a.jpg", kDamaged), "a.jpg,,,,,\"a.jpg: ends early, at \"\"SOS\"\"\"\n");
    EXPECT_EQ(csv(1, true).row("a.jpg", kDamaged), "a.jpg,,,\"a.jpg: ends early, at \"\"SOS\"\"\",,,\n");
}

TEST(PredictionRows, SayUnknownWhereTheDecisionRefusesAnAnswer) {
    const auto rows = [](RowFormat format, std::size_t top_k, double least) {
        return PredictionRows(kPets, {.format = format, .top_k = top_k, .decision = {.min_confidence = least}});
    };
    EXPECT_EQ(rows(RowFormat::csv, 1, 0.75).row("a.jpg", kDog), "a.jpg,unknown,0.7,\n");
    EXPECT_EQ(rows(RowFormat::csv, 1, 0.5).row("a.jpg", kDog), "a.jpg,\"dog, small\",0.7,\n");
    EXPECT_EQ(rows(RowFormat::csv, 2, 0.75).header(),
              "file,answer,class_1,probability_1,class_2,probability_2,error\n");
    EXPECT_EQ(rows(RowFormat::csv, 2, 0.75).row("a.jpg", kDog), "a.jpg,unknown,\"dog, small\",0.7,emu,0.2,\n");
    EXPECT_EQ(rows(RowFormat::csv, 2, 0.75).row("a.jpg", kDamaged),
              "a.jpg,,,,,,\"a.jpg: ends early, at \"\"SOS\"\"\"\n");
    EXPECT_EQ(rows(RowFormat::json_lines, 1, 0.75).row("a.jpg", kDog),
              R"({"file":"a.jpg","answer":"unknown","predictions":[{"class":"dog, small","probability":0.7}]})"
              "\n");
}

TEST(PredictionRows, QuoteFileNames) {
    EXPECT_EQ(csv().row("a,\"b\".jpg", kDog).substr(0, 14), "\"a,\"\"b\"\".jpg\",");
}

TEST(PredictionRows, AreJsonLines) {
    EXPECT_EQ(json().header(), "");
    EXPECT_EQ(json().row("a.jpg", kDog), R"({"file":"a.jpg","predictions":[{"class":"dog, small","probability":0.7}]})"
                                         "\n");
    EXPECT_EQ(json(2).row("a.jpg", kDog), R"({"file":"a.jpg","predictions":[{"class":"dog, small","probability":0.7},)"
                                          R"({"class":"emu","probability":0.2}]})"
                                          "\n");
    EXPECT_EQ(json(1, true).row("a.jpg", kDog),
              R"({"file":"a.jpg","predictions":[{"class":"dog, small","probability":0.7}],)"
              R"("probabilities":{"cat":0.1,"dog, small":0.7,"emu":0.2}})"
              "\n");
    EXPECT_EQ(json().row("a.jpg", kDamaged), R"({"file":"a.jpg","error":"a.jpg: ends early, at \"SOS\""})"
                                             "\n");
}

TEST(PredictionRows, NameFilesOfAnyBytesSoThatTheyCanBeFoundAgain) {
    const std::string file = "d/Bl\xFCte\n\\xFC.jpg";
    const Prediction unreadable{.error = file + ": empty file"};
    EXPECT_EQ(csv().row(file, kDog), R"(d/Bl\xFCte\x0A\x5CxFC.jpg,"dog, small",0.7,)"
                                     "\n");
    const std::string row = json().row(file, unreadable);
    EXPECT_EQ(row, R"({"file":"d/Bl\\xFCte\\x0A\\x5CxFC.jpg","error":"d/Bl\\xFCte\\x0A\\xFC.jpg: empty file"})"
                   "\n");
    EXPECT_EQ(unescaped(Json::parse(row).at("file").get<std::string>()), file);
}

TEST(PredictionRows, WriteNumbersThatReadBackAsTheSameFloat) {
    const Prediction thirds{.values = {1.0F / 3, 1e-8F, 0.F}};
    EXPECT_EQ(csv(3).row("a.jpg", thirds), "a.jpg,cat,0.33333334,\"dog, small\",1e-08,emu,0,\n");
}

PredictionRows of_task(TaskKind task, RowFormat format, bool all = false) {
    PredictionRowOptions options{.format = format, .all_probabilities = all, .task = task};
    if (task == TaskKind::multi_label) options.thresholds = {0.5F, 0.25F, 0.5F};
    return {kPets, options};
}

TEST(PredictionRows, OfSeveralClassesNameThoseThatReachTheirThresholds) {
    const Prediction both{.values = {0.5F, 0.75F, 0.25F}}, none{.values = {0.F, 0.125F, 0.25F}};
    const PredictionRows rows = of_task(TaskKind::multi_label, RowFormat::csv, true);
    EXPECT_EQ(rows.header(), "file,classes,probabilities,error,cat,\"dog, small\",emu\n");
    EXPECT_EQ(rows.row("a.jpg", both), "a.jpg,\"dog, small|cat\",0.75|0.5,,0.5,0.75,0.25\n");
    EXPECT_EQ(rows.row("a.jpg", none), "a.jpg,,,,0,0.125,0.25\n");
    EXPECT_EQ(rows.row("a.jpg", {.error = "is empty"}), "a.jpg,,,is empty,,,\n");
    EXPECT_EQ(of_task(TaskKind::multi_label, RowFormat::json_lines).row("a.jpg", both),
              R"({"file":"a.jpg","predictions":[{"class":"dog, small","probability":0.75},)"
              R"({"class":"cat","probability":0.5}]})"
              "\n");
    EXPECT_EQ(of_task(TaskKind::multi_label, RowFormat::json_lines).row("a.jpg", none),
              R"({"file":"a.jpg","predictions":[]})"
              "\n");
}

TEST(PredictionRows, OfNumbersHaveOneForEachTarget) {
    const Prediction prediction{.values = {1.5F, -300.F, 0.1F}};
    const PredictionRows rows = of_task(TaskKind::regression, RowFormat::csv);
    EXPECT_EQ(rows.header(), "file,cat,\"dog, small\",emu,error\n");
    EXPECT_EQ(rows.row("a.jpg", prediction), "a.jpg,1.5,-300,0.1,\n");
    EXPECT_EQ(rows.row("a.jpg", {.error = "is empty"}), "a.jpg,,,,is empty\n");
    EXPECT_EQ(of_task(TaskKind::regression, RowFormat::json_lines).row("a.jpg", prediction),
              R"({"file":"a.jpg","values":{"cat":1.5,"dog, small":-300.0,"emu":0.1}})"
              "\n");
}

TEST(PredictionRows, HaveNoTwoColumnsOfOneName) {
    const std::vector<std::string> names = {"error", "file", "class"};
    EXPECT_EQ(PredictionRows(names, {.all_probabilities = true}).header(),
              "file,class,probability,error,error_2,file_2,class_2\n");
    EXPECT_EQ(PredictionRows(names, {.top_k = 2, .all_probabilities = true}).header(),
              "file,class_1,probability_1,class_2,probability_2,error,error_2,file_2,class\n");
    EXPECT_EQ(PredictionRows(names, {.task = TaskKind::regression}).header(), "file,error_2,file_2,class,error\n");
}

TEST(PredictionRows, WriteABarInAClassOfSeveralSoThatItIsNoSeparator) {
    const PredictionRows rows({"a|b", "c"}, {.task = TaskKind::multi_label, .thresholds = {0.5F, 0.5F}});
    EXPECT_EQ(rows.row("a.jpg", {.values = {0.75F, 0.5F}}), "a.jpg,a\\x7Cb|c,0.75|0.5,\n");
}

}  // namespace
}  // namespace graft
