// Whole runs whose models say "unknown" by the distance to their training images.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <opencv2/core.hpp>

#include "config/json.hpp"
#include "core/text.hpp"
#include "deploy/model_file.hpp"
#include "error_message.hpp"
#include "run/reference_images.hpp"
#include "run/small_training.hpp"

namespace graft {
namespace {

using testing::error_message;
using ::testing::HasSubstr;

class UnknownByDistance : public SmallTraining {
protected:
    [[nodiscard]] std::vector<std::filesystem::path> files(const std::string& part) const {
        std::vector<std::filesystem::path> found;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "data" / part))
            if (entry.is_regular_file()) found.push_back(entry.path());
        return found;
    }
    [[nodiscard]] std::string refusal_of(const RunConfig& config) const {
        return error_message<ConfigError>([&] { (void)train(config, options_); });
    }
};

TEST_F(UnknownByDistance, KnowsItsOwnImagesAndNoStranger) {
    for (const char* freeze : {"all", "stem", "none"}) {
        RunConfig known = config(freeze);
        known.set("/backbone/freeze", freeze).set("/decision/known_share", 1.0);
        if (std::string(freeze) == "all")  // what is compared is the plain picture, and what the last layer gets
            known.set("/augmentation/rotation_range", 40).set("/head/hidden", std::vector<std::int64_t>{8});
        const std::filesystem::path model = train(known, options_).model;
        const Predictor predictor(model);
        ASSERT_TRUE(predictor.decision().max_distance) << freeze;
        std::size_t kept = 0;
        for (const std::filesystem::path& image : files("train")) {
            const Prediction prediction = predictor.prediction_of_file(image);
            EXPECT_TRUE(predictor.answer(prediction)) << freeze << ": " << *prediction.distance;
            kept += *prediction.distance < 2e-3 ? 1 : 0;
        }
        EXPECT_GE(kept, 3 * files("train").size() / 4) << freeze;  // a quarter validates
        const Predictor strict(model, {.max_distance = 0.1});      // random networks tell little apart
        const Prediction stranger =
            strict.prediction_of_pixels(cv::Mat(32, 32, CV_8UC3, cv::Scalar(255, 0, 255)), ColourOrder::rgb);
        EXPECT_FALSE(strict.answer(stranger)) << freeze << ": " << *stranger.distance;
    }
}

TEST_F(UnknownByDistance, EvaluationAnswersWhatThePredictorAnswers) {
    const TrainRecord record = train(config("run").set("/decision/known_share", 0.5), options_);
    const Predictor predictor(record.model);
    const std::vector<std::filesystem::path> images = files("test");
    std::int64_t answered = 0;
    for (const Prediction& prediction : predictor.predict_files(images))
        answered += predictor.answer(prediction) ? 1 : 0;
    ASSERT_TRUE(record.test && record.test->decision);
    EXPECT_EQ(record.test->decision->max_distance, *predictor.decision().max_distance);
    EXPECT_EQ(record.test->decision->answered, answered);
    EXPECT_LT(answered, std::ssize(images));
    const EvaluationRecord again = evaluate(predictor, folder_ / "data" / "test");
    EXPECT_EQ(again.decision->answered, answered);
    const Predictor everything(record.model, {.max_distance = 2.0});
    EXPECT_EQ(evaluate(everything, folder_ / "data" / "test").decision->answered, std::ssize(images));
}

TEST_F(UnknownByDistance, ALimitOfOnesOwnNeedsNoValidationImages) {
    const TrainRecord record =
        train(config("run").set("/data/validation_split", 0).set("/decision/max_distance", 0.25), options_);
    EXPECT_EQ(Predictor(record.model).decision().max_distance, 0.25);
    EXPECT_EQ(record.test->decision->max_distance, 0.25);
}

TEST_F(UnknownByDistance, IsLeftOutOfModelsThatDoNotAskForIt) {
    const ModelFile model = load_model(train(config("run"), options_).model);
    EXPECT_FALSE(model.info.references);
    EXPECT_FALSE(model.module.find_method("forward_with_vectors"));
    EXPECT_EQ(to_json(model.info).at("format_version"), 3);
}

TEST_F(UnknownByDistance, RefusesWhatCannotBe) {
    EXPECT_THAT(refusal_of(config("a").set("/data/validation_split", 0).set("/decision/known_share", 0.9)),
                HasSubstr("/decision/known_share: is looked for on validation images, and there are none"));
    EXPECT_THAT(refusal_of(config("b").set("/decision/max_distance", 0.5).set("/decision/known_share", 0.9)),
                HasSubstr("/decision/max_distance: expected null where /decision/known_share looks for it, got 0.5"));
    EXPECT_THAT(refusal_of(config("c").set("/decision/known_share", 0)), HasSubstr("/decision/known_share"));
    EXPECT_THAT(
        refusal_of(config("d").set("/decision/max_distance", 0.5).set("/decision/neighbour", 99)),
        HasSubstr("/decision/neighbour: expected at most 24, the training images that the model keeps, got 99"));
    folder_.write("numbers.csv", "image_path,size\ndata/train/leaf/000.jpg,1\ndata/train/leaf/001.jpg,2\n");
    RunConfig numbers = config("e");
    numbers.set_json("/data/list", R"({"target_columns": ["size"]})")
        .set("/task", "regression")
        .set("/data/train", (folder_ / "numbers.csv").string())
        .set_json("/data/test", "null");
    EXPECT_THAT(refusal_of(RunConfig(numbers).set("/decision/known_share", 0.9)),
                HasSubstr("/decision/known_share: is for classification, not for regression"));
    EXPECT_THAT(refusal_of(numbers.set("/decision/max_distance", 0.9)),
                HasSubstr("/decision: is for classification, not for regression"));
    folder_.write("named.csv", "image_path,label\ndata/train/leaf/000.jpg,leaf\ndata/train/leaf/001.jpg,unknown\n");
    RunConfig named = config("f");
    named.set("/data/train", (folder_ / "named.csv").string())
        .set_json("/data/test", "null")
        .set("/data/validation_split", 0);
    EXPECT_THAT(refusal_of(named.set("/decision/min_margin", 0.1)),
                HasSubstr("/decision: a class is called \"unknown\", which is the answer where the model is not sure"));
}

TEST(ReferenceImages, AreSpreadEvenlyOverEachClass) {
    std::vector<Sample> train(3000);
    for (std::size_t i = 0; i < train.size(); ++i) {
        train[i].name = std::to_string(i);
        train[i].label = i < 2500 ? 0 : 1;
    }
    const std::vector<Sample> chosen = reference_images(train, 2);
    ASSERT_EQ(chosen.size(), 1500U);  // 1,000 of 2,500, and all 500
    EXPECT_EQ(chosen[0].name, "2");   // two of five
    EXPECT_EQ(chosen[1].name, "4");
    EXPECT_EQ(chosen[999].name, "2499");
    EXPECT_EQ(chosen[1000].name, "2500");
    EXPECT_EQ(reference_images(std::span(train).first(7), 2).size(), 7U);
    for (std::size_t i = 0; i < train.size(); ++i) train[i].label = static_cast<std::int64_t>(i);
    EXPECT_EQ(reference_images(train, train.size()).size(), train.size());  // one of each
}

}  // namespace
}  // namespace graft
