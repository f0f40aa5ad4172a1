#include "graft/deploy/predictor.hpp"

#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include <cmath>
#include <filesystem>
#include <numeric>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <thread>

#include "core/files.hpp"
#include "deploy/model_file.hpp"
#include "graft/core/errors.hpp"
#include "inference/throughput.hpp"
#include "network/grafted_model.hpp"
#include "network/network_input.hpp"
#include "network/tiny_architecture.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;
using Probabilities = std::vector<float>;

/// A picture whose channels differ, so that their order matters. @return BGR, as OpenCV has it
cv::Mat picture(int shade, cv::Size size = {40, 30}) {
    cv::Mat bgr(size, CV_8UC3);
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x)
            bgr.at<cv::Vec3b>(y, x) = {static_cast<uchar>(4 * x), static_cast<uchar>(shade), static_cast<uchar>(6 * y)};
    return bgr;
}

class PredictorTest : public ::testing::Test {
protected:
    PredictorTest() {
        const GraftedModel grafted =
            graft_model(testing::tiny_backbone(), testing::tiny_preprocessing(), "all", {.hidden = {8}}, 3, 1);
        ModelInfo info;
        info.outputs = {"ant", "bee", "cat"};
        info.preprocessing = testing::tiny_preprocessing();
        info.backbone = "tiny";
        info.backbone_hash = "random-3";
        info.freeze = "all";
        info.config = Json::object();
        module_ = testing::classifier_of(grafted);
        module_.eval();
        save_model(folder_ / "model.pt", module_, info);
        predictor_ = std::make_unique<Predictor>(folder_ / "model.pt");
    }

    fs::path write(const std::string& name, const cv::Mat& bgr) const {
        cv::imwrite((folder_ / name).string(), bgr);
        return folder_ / name;
    }
    template <class Action>
    static std::string refusal_of(const Action& action) {
        try {
            action();
        } catch (const DataError& error) {
            return error.what();
        }
        return "no error";
    }

    const testing::TemporaryFolder folder_;
    TorchModule module_;
    std::unique_ptr<Predictor> predictor_;
};

TEST_F(PredictorTest, AveragesProbabilitiesOverTheViewsOfAnImage) {
    const cv::Mat bgr = picture(90);
    cv::Mat mirrored;
    cv::flip(bgr, mirrored, 1);
    const Probabilities plain = predictor_->predict_pixels(bgr, ColourOrder::bgr),
                        mirror = predictor_->predict_pixels(mirrored, ColourOrder::bgr);
    ASSERT_NE(plain, mirror);
    const Predictor averaging(folder_ / "model.pt", {.test_time_augmentation = TestTimeAugmentation::flip});
    const Probabilities mean = averaging.predict_pixels(bgr, ColourOrder::bgr);
    for (std::size_t k = 0; k < mean.size(); ++k) EXPECT_NEAR(mean[k], (plain[k] + mirror[k]) / 2, 1e-6);
    const std::vector<cv::Mat> several = {bgr, cv::Mat(), mirrored};
    const std::vector<Prediction> many = averaging.predict_pixels(several, ColourOrder::bgr);
    EXPECT_EQ(many[0].values, mean);
    EXPECT_FALSE(many[1].error.empty());
    for (std::size_t k = 0; k < mean.size(); ++k) EXPECT_NEAR(many[2].values[k], mean[k], 1e-6);
}

TEST_F(PredictorTest, AveragesProbabilitiesOverCrops) {
    const Predictor averaging(folder_ / "model.pt", {.test_time_augmentation = TestTimeAugmentation::ten_crop});
    const Probabilities mean = averaging.predict_pixels(picture(90), ColourOrder::bgr);
    EXPECT_NEAR(std::accumulate(mean.begin(), mean.end(), 0.0), 1, 1e-5);
    EXPECT_NE(mean, predictor_->predict_pixels(picture(90), ColourOrder::bgr));
}

TEST_F(PredictorTest, GivesAProbabilityForEachClassByName) {
    EXPECT_EQ(predictor_->classes(), (std::vector<std::string>{"ant", "bee", "cat"}));
    const Probabilities probabilities = predictor_->predict_file(write("a.png", picture(100)));
    ASSERT_EQ(probabilities.size(), 3);
    EXPECT_NEAR(std::accumulate(probabilities.begin(), probabilities.end(), 0.0), 1, 1e-6);
}

TEST_F(PredictorTest, GivesWhatTheModelGivesForThePreprocessedPixels) {
    cv::Mat rgb;
    cv::cvtColor(picture(100), rgb, cv::COLOR_BGR2RGB);
    const cv::Mat resized = resize_to_input(rgb, testing::tiny_preprocessing());
    const at::Tensor expected = module_.forward({to_network_input(resized)}).toTensor();
    const Probabilities found = predictor_->predict_file(write("a.png", picture(100)));
    for (std::size_t k = 0; k < found.size(); ++k)
        EXPECT_NEAR(found[k], expected[0][static_cast<std::int64_t>(k)].item<float>(), 1e-5);
}

TEST_F(PredictorTest, SaysTheSameOfAFileItsBytesAndItsPixels) {
    const fs::path file = write("a.png", picture(100));
    const Probabilities expected = predictor_->predict_file(file);
    cv::Mat rgb;
    cv::cvtColor(picture(100), rgb, cv::COLOR_BGR2RGB);
    EXPECT_EQ(predictor_->predict_encoded(read_file(file), "a.png"), expected);
    EXPECT_EQ(predictor_->predict_pixels(picture(100), ColourOrder::bgr), expected);
    EXPECT_EQ(predictor_->predict_pixels(rgb, ColourOrder::rgb), expected);
    EXPECT_NE(predictor_->predict_pixels(rgb, ColourOrder::bgr), expected) << "the order of the channels must matter";
}

TEST_F(PredictorTest, TakesPartsOfLargerPictures) {
    const cv::Mat whole = picture(100), part = whole(cv::Rect(5, 3, 20, 20));  // rows are not behind each other
    EXPECT_EQ(predictor_->predict_pixels(part, ColourOrder::bgr),
              predictor_->predict_pixels(part.clone(), ColourOrder::bgr));
}

TEST_F(PredictorTest, RefusesPixelsOfOtherTypesAndNoPixels) {
    EXPECT_EQ(refusal_of([&] { (void)predictor_->predict_pixels(cv::Mat(), ColourOrder::rgb); }),
              "a picture of type CV_8UC1 and size 0x0: expected CV_8UC3 and at least one pixel");
    EXPECT_EQ(refusal_of([&] { (void)predictor_->predict_pixels(cv::Mat(3, 4, CV_32FC3), ColourOrder::rgb); }),
              "a picture of type CV_32FC3 and size 4x3: expected CV_8UC3 and at least one pixel");
}

TEST_F(PredictorTest, NamesPicturesThatCannotBeDecoded) {
    write_file(folder_ / "bad.jpg", "no picture");
    const std::string file = (folder_ / "bad.jpg").string();
    EXPECT_TRUE(refusal_of([&] { (void)predictor_->predict_file(file); }).starts_with(file + ": "));
    EXPECT_TRUE(
        refusal_of([&] { (void)predictor_->predict_encoded("no picture", "upload 7"); }).starts_with("upload 7: "));
}

TEST_F(PredictorTest, HandsManyFilesOverInOrderWithTheErrorsOfBadOnes) {
    std::vector<fs::path> files;
    for (int i = 0; i < 40; ++i) files.push_back(write(std::to_string(i) + ".png", picture(6 * i)));
    write_file(files[7], "no picture");
    files[20] = folder_ / "absent.png";
    for (const std::size_t workers : {1, 3}) {
        std::vector<std::size_t> order;
        std::vector<Prediction> predictions;
        const auto caller = std::this_thread::get_id();
        const std::size_t done = predictor_->predict_files(
            files,
            [&](std::size_t index, const Prediction& prediction) {
                EXPECT_EQ(std::this_thread::get_id(), caller);
                order.push_back(index);
                predictions.push_back(prediction);
            },
            workers);
        EXPECT_EQ(done, files.size());
        for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], i);
        for (const std::size_t i : {std::size_t{0}, std::size_t{8}, std::size_t{39}})
            EXPECT_EQ(predictions[i].values, predictor_->predict_file(files[i])) << i;
        for (const std::size_t i : {std::size_t{7}, std::size_t{20}}) {
            EXPECT_TRUE(predictions[i].values.empty());
            EXPECT_TRUE(predictions[i].error.starts_with(files[i].string() + ": ")) << predictions[i].error;
        }
    }
}

TEST_F(PredictorTest, GivesTheSameWhenSeveralImagesShareACall) {
    const fs::path throughput = folder_ / "throughput.json";
    ThroughputFile(throughput).keep("tiny 16x16 float32", {.workers = 2, .images_per_call = 4});
    const Predictor measured(folder_ / "model.pt", {.throughput = throughput});
    std::vector<fs::path> files;
    for (int i = 0; i < 10; ++i) files.push_back(write(std::to_string(i) + ".png", picture(20 * i)));
    for (const std::size_t bad : {0, 3, 8, 9}) write_file(files[bad], "no picture");
    std::size_t next = 0;
    const auto compare = [&](std::size_t index, const Prediction& prediction) {
        EXPECT_EQ(index, next++);
        if (index % 8 == 0 || index == 3 || index == 9) {
            EXPECT_TRUE(prediction.error.starts_with(files[index].string() + ": ")) << prediction.error;
            EXPECT_TRUE(prediction.values.empty());
            return;
        }
        EXPECT_EQ(prediction.error, "");
        const Probabilities alone = predictor_->predict_file(files[index]);
        ASSERT_EQ(prediction.values.size(), alone.size());
        for (std::size_t k = 0; k < alone.size(); ++k) EXPECT_NEAR(prediction.values[k], alone[k], 1e-6);
    };
    EXPECT_EQ(measured.predict_files(files, compare), files.size());
    EXPECT_EQ(next, files.size());
}

TEST_F(PredictorTest, MeasuresANetworkThatNobodyKnowsOnceManyImagesWereAskedFor) {
    const fs::path throughput = folder_ / "throughput.json";
    const Predictor measured(folder_ / "model.pt", {.throughput = throughput});
    const std::vector<fs::path> files(1500, write("a.png", picture(100)));
    (void)measured.predict_files(files);
    EXPECT_FALSE(fs::exists(throughput));
    (void)measured.predict_files(files);
    EXPECT_TRUE(ThroughputFile(throughput).find("tiny 16x16 float32"));
}

TEST_F(PredictorTest, StopsBeforeTheEndWhenAStopIsRequested) {
    const std::vector<fs::path> files(200, write("a.png", picture(1)));
    std::stop_source stop;
    std::size_t consumed = 0;
    const std::size_t done = predictor_->predict_files(
        files,
        [&](std::size_t, const Prediction&) {
            if (++consumed == 5) stop.request_stop();
        },
        2, stop.get_token());
    EXPECT_EQ(done, consumed);
    EXPECT_GE(done, 5);
    EXPECT_LT(done, files.size());
}

TEST_F(PredictorTest, LetsWhatTheCallerThrowsThrough) {
    const std::vector<fs::path> files(50, write("a.png", picture(1)));
    const auto consume = [](std::size_t index, const Prediction&) {
        if (index == 3) throw std::runtime_error("enough");
    };
    EXPECT_THROW((void)predictor_->predict_files(files, consume, 2), std::runtime_error);
}

TEST_F(PredictorTest, ServesManyThreadsWithTheResultsOfOne) {
    constexpr int kPictures = 25;
    const auto classify = [&](std::vector<Probabilities>& results) {
        for (int i = 0; i < kPictures; ++i)
            results.push_back(predictor_->predict_pixels(picture(10 * i), ColourOrder::bgr));
    };
    std::vector<Probabilities> alone;
    classify(alone);
    std::vector<std::vector<Probabilities>> results(4);
    std::vector<std::thread> threads;
    for (auto& result : results) threads.emplace_back([&classify, &result] { classify(result); });
    for (std::thread& thread : threads) thread.join();
    for (const auto& result : results) {
        ASSERT_EQ(result.size(), alone.size());
        for (std::size_t i = 0; i < alone.size(); ++i)
            for (std::size_t k = 0; k < alone[i].size(); ++k) EXPECT_NEAR(result[i][k], alone[i][k], 1e-6);
    }
}

TEST_F(PredictorTest, RanksClasses) {
    const std::vector<ClassProbability> top = predictor_->top(Probabilities{0.2F, 0.5F, 0.3F}, 2);
    ASSERT_EQ(top.size(), 2);
    EXPECT_EQ(top[0].name, "bee");
    EXPECT_EQ(top[0].probability, 0.5F);
    EXPECT_EQ(top[1].name, "cat");
}

TEST_F(PredictorTest, CanBeMoved) {
    const Probabilities expected = predictor_->predict_pixels(picture(9), ColourOrder::bgr);
    Predictor moved = std::move(*predictor_);
    EXPECT_EQ(moved.predict_pixels(picture(9), ColourOrder::bgr), expected);
}

TEST_F(PredictorTest, RefusesFilesThatAreNoModels) {
    write_file(folder_ / "notes.txt", "no model");
    const std::string file = (folder_ / "notes.txt").string();
    EXPECT_TRUE(refusal_of([&] { Predictor{file}; }).starts_with(file + ": is of an unknown kind "));
    const std::string absent = (folder_ / "absent.pt").string();
    EXPECT_EQ(refusal_of([&] { Predictor{absent}; }), absent + ": cannot be read: No such file or directory");
}

}  // namespace
}  // namespace graft
