#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <opencv2/imgcodecs.hpp>
#include <thread>
#include <vector>

#include "core/files.hpp"
#include "deploy/tiny_model.hpp"
#include "graft/core/version.hpp"
#include "graft/deploy/predictor.hpp"
#include "graft/graft.h"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using Numbers = std::array<float, 3>;

/// The stored model of three classes, loaded through the C interface.
class CInterface : public ::testing::Test {
protected:
    CInterface() : picture_(30, 40, CV_8UC3) {
        for (int y = 0; y < picture_.rows; ++y)
            for (int x = 0; x < picture_.cols; ++x)
                picture_.at<cv::Vec3b>(y, x) = {static_cast<uchar>(4 * x), 90, static_cast<uchar>(6 * y)};
        EXPECT_EQ(graft_predictor_load(model_.c_str(), &predictor_), GRAFT_DONE) << graft_last_error();
    }
    ~CInterface() override { graft_predictor_free(predictor_); }

    [[nodiscard]] std::vector<float> expected() const {
        return Predictor(model_).predict_pixels(picture_, ColourOrder::bgr);
    }
    graft_status predict(const cv::Mat& bgr, Numbers& numbers) const {
        return graft_predict_pixels(predictor_, bgr.data, static_cast<std::size_t>(bgr.cols),
                                    static_cast<std::size_t>(bgr.rows), bgr.step[0], GRAFT_BGR, numbers.data(), 3);
    }

    const testing::TemporaryFolder folder_;
    const std::filesystem::path model_ = stored_model("format2.pt");
    cv::Mat picture_;  // BGR
    graft_predictor* predictor_ = nullptr;
};

TEST_F(CInterface, NamesItsVersionAndTheClasses) {
    EXPECT_EQ(graft_version(), version_text());
    ASSERT_EQ(graft_predictor_class_count(predictor_), 3);
    EXPECT_STREQ(graft_predictor_class_name(predictor_, 0), "ant");
    EXPECT_STREQ(graft_predictor_class_name(predictor_, 2), "cat");
    EXPECT_EQ(graft_predictor_class_name(predictor_, 3), nullptr);
    EXPECT_EQ(graft_predictor_class_count(nullptr), 0);
    EXPECT_EQ(graft_predictor_class_name(nullptr, 0), nullptr);
}

TEST_F(CInterface, AnswersWithAClassOrUnknown) {
    std::size_t index = 7;
    const Numbers sure = {0.1F, 0.6F, 0.3F}, unsure = {0.4F, 0.3F, 0.3F};
    EXPECT_EQ(graft_predictor_answer(predictor_, unsure.data(), 3, &index), GRAFT_DONE);
    EXPECT_EQ(index, 0U);  // this model always answers
    EXPECT_EQ(graft_predictor_answer(predictor_, unsure.data(), 2, &index), GRAFT_WRONG_ARGUMENT);
    EXPECT_EQ(graft_predictor_answer(predictor_, unsure.data(), 3, nullptr), GRAFT_WRONG_ARGUMENT);
    graft_predictor* refusing = nullptr;
    ASSERT_EQ(graft_predictor_load(stored_model("format5.pt").c_str(), &refusing), GRAFT_DONE);
    EXPECT_EQ(graft_predictor_answer(refusing, unsure.data(), 3, &index), GRAFT_DONE);
    EXPECT_EQ(index, GRAFT_UNKNOWN);  // 0.5 is asked for
    EXPECT_EQ(graft_predictor_answer(refusing, sure.data(), 3, &index), GRAFT_DONE);
    EXPECT_EQ(index, 1U);
    graft_predictor_free(refusing);
    const Predictor predictor(stored_model("format5.pt"));
    EXPECT_FALSE(predictor.answer(unsure));
    EXPECT_TRUE(predictor.found(unsure).empty());
    EXPECT_EQ(predictor.answer(sure)->name, "bee");
    EXPECT_EQ(Predictor(stored_model("format5.pt"), {.min_confidence = 0.0}).answer(unsure)->name, "ant");
}

TEST_F(CInterface, GivesWhatThePredictorGives) {
    const std::filesystem::path file = folder_ / "a.png";
    cv::imwrite(file.string(), picture_);
    const std::string bytes = read_file(file);
    Numbers of_file{}, of_bytes{}, of_pixels{};
    EXPECT_EQ(graft_predict_file(predictor_, file.c_str(), of_file.data(), 3), GRAFT_DONE);
    EXPECT_EQ(graft_predict_encoded(predictor_, bytes.data(), bytes.size(), of_bytes.data(), 3), GRAFT_DONE);
    EXPECT_EQ(predict(picture_, of_pixels), GRAFT_DONE);
    const std::vector<float> probabilities = expected();
    for (std::size_t k = 0; k < 3; ++k) {
        EXPECT_EQ(of_file[k], probabilities[k]);
        EXPECT_EQ(of_bytes[k], probabilities[k]);
        EXPECT_EQ(of_pixels[k], probabilities[k]);
    }
}

TEST_F(CInterface, TakesRowsThatAreApartAndKnowsBothColourOrders) {
    cv::Mat wide(30, 60, CV_8UC3, cv::Scalar(1, 2, 3)), rgb(30, 40, CV_8UC3);
    picture_.copyTo(wide(cv::Rect(0, 0, 40, 30)));
    for (int y = 0; y < 30; ++y)
        for (int x = 0; x < 40; ++x) {
            const auto& pixel = picture_.at<cv::Vec3b>(y, x);
            rgb.at<cv::Vec3b>(y, x) = {pixel[2], pixel[1], pixel[0]};
        }
    Numbers apart{}, red_first{};
    EXPECT_EQ(graft_predict_pixels(predictor_, wide.data, 40, 30, wide.step[0], GRAFT_BGR, apart.data(), 3),
              GRAFT_DONE);
    EXPECT_EQ(graft_predict_pixels(predictor_, rgb.data, 40, 30, 120, GRAFT_RGB, red_first.data(), 3), GRAFT_DONE);
    const std::vector<float> probabilities = expected();
    for (std::size_t k = 0; k < 3; ++k) {
        EXPECT_EQ(apart[k], probabilities[k]);
        EXPECT_EQ(red_first[k], probabilities[k]);
    }
}

TEST_F(CInterface, SaysWhyAModelOrAPictureCannotBeUsed) {
    graft_predictor* none = nullptr;
    const std::string absent = (folder_ / "absent.pt").string();
    EXPECT_EQ(graft_predictor_load(absent.c_str(), &none), GRAFT_UNUSABLE);
    EXPECT_EQ(none, nullptr);
    EXPECT_EQ(graft_last_error(), absent + ": cannot be read: No such file or directory");
    Numbers untouched = {7, 8, 9};
    EXPECT_EQ(graft_predict_encoded(predictor_, "no picture", 10, untouched.data(), 3), GRAFT_UNUSABLE);
    EXPECT_TRUE(std::string(graft_last_error()).starts_with("the image: ")) << graft_last_error();
    EXPECT_EQ(untouched, (Numbers{7, 8, 9}));
}

TEST_F(CInterface, TakesAModelToADevice) {
    graft_predictor* loaded = nullptr;
    ASSERT_EQ(graft_predictor_load_on(model_.c_str(), "cpu", &loaded), GRAFT_DONE) << graft_last_error();
    EXPECT_EQ(graft_predictor_output_count(loaded), 3);
    graft_predictor_free(loaded);
    loaded = nullptr;
    EXPECT_EQ(graft_predictor_load_on(model_.c_str(), "gpu", &loaded), GRAFT_WRONG_ARGUMENT);
    EXPECT_STREQ(graft_last_error(), "device: expected auto, cpu, cuda or cuda:<number>, got \"gpu\"");
    EXPECT_EQ(graft_predictor_load_on(model_.c_str(), "cuda:1000", &loaded), GRAFT_WRONG_ARGUMENT);
    EXPECT_TRUE(std::string(graft_last_error()).starts_with("device: there is no cuda:1000: ")) << graft_last_error();
    EXPECT_EQ(graft_predictor_load_on(model_.c_str(), nullptr, &loaded), GRAFT_WRONG_ARGUMENT);
    EXPECT_EQ(loaded, nullptr);
}

TEST_F(CInterface, RefusesCallsThatAreWrong) {
    Numbers untouched = {7, 8, 9};
    const auto refused = [](graft_status status, const std::string& why) {
        EXPECT_EQ(status, GRAFT_WRONG_ARGUMENT);
        EXPECT_EQ(graft_last_error(), why);
    };
    graft_predictor* none = nullptr;
    const uint8_t* pixels = picture_.data;
    float* numbers = untouched.data();
    refused(graft_predictor_load(nullptr, &none), "model is NULL");
    refused(graft_predictor_load("x", nullptr), "predictor is NULL");
    refused(graft_predict_file(nullptr, "x", numbers, 3), "predictor is NULL");
    refused(graft_predict_file(predictor_, nullptr, numbers, 3), "image is NULL");
    refused(graft_predict_file(predictor_, "x", nullptr, 3), "values is NULL");
    refused(graft_predict_file(predictor_, "x", numbers, 2), "count is 2, but the model has 3 classes");
    refused(graft_predict_encoded(predictor_, nullptr, 0, numbers, 3), "bytes is NULL");
    refused(graft_predict_pixels(predictor_, nullptr, 4, 3, 12, GRAFT_RGB, numbers, 3), "pixels is NULL");
    refused(graft_predict_pixels(predictor_, pixels, 0, 3, 12, GRAFT_RGB, numbers, 3),
            "the picture is 0x3 pixels: expected 1 to 536870911 each way");
    refused(graft_predict_pixels(predictor_, pixels, 4, 3, 11, GRAFT_RGB, numbers, 3),
            "stride is 11, less than the 12 bytes of a row");
    refused(graft_predict_pixels(predictor_, pixels, 4, 3, 12, static_cast<graft_colour_order>(3), numbers, 3),
            "order is 3: expected GRAFT_RGB or GRAFT_BGR");
    EXPECT_EQ(untouched, (Numbers{7, 8, 9}));
}

TEST_F(CInterface, KeepsTheErrorsOfThreadsApart) {
    EXPECT_EQ(graft_predict_file(predictor_, nullptr, nullptr, 0), GRAFT_WRONG_ARGUMENT);
    const std::string here = graft_last_error();
    std::string elsewhere = "not asked";
    std::thread([&] { elsewhere = graft_last_error(); }).join();
    EXPECT_EQ(elsewhere, "");
    EXPECT_EQ(graft_last_error(), here);
}

TEST_F(CInterface, ServesManyThreads) {
    const std::vector<float> probabilities = expected();
    std::vector<std::thread> threads;
    std::vector<Numbers> results(4);
    for (Numbers& result : results)
        threads.emplace_back([&] {
            EXPECT_EQ(graft_use_one_thread_here(), GRAFT_DONE);
            for (int i = 0; i < 5; ++i) EXPECT_EQ(predict(picture_, result), GRAFT_DONE);
        });
    for (std::thread& thread : threads) thread.join();
    for (const Numbers& result : results)
        for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(result[k], probabilities[k], 1e-6);
}

TEST_F(CInterface, FreesNothingWithoutComplaint) { graft_predictor_free(nullptr); }

}  // namespace
}  // namespace graft
