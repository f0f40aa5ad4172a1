#include <gtest/gtest.h>

#include <filesystem>
#include <opencv2/imgcodecs.hpp>

#include "deploy/tiny_model.hpp"
#include "graft/deploy/predictor.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

class PredictMany : public ::testing::Test {
protected:
    static cv::Mat picture(int shade, cv::Size size) {
        cv::Mat bgr(size, CV_8UC3);
        for (int y = 0; y < size.height; ++y)
            for (int x = 0; x < size.width; ++x)
                bgr.at<cv::Vec3b>(y, x) = {static_cast<uchar>(4 * x), static_cast<uchar>(shade),
                                           static_cast<uchar>(6 * y)};
        return bgr;
    }
    /// Ten pictures of different sizes; those at 3 and 6 are none.
    static std::vector<cv::Mat> pictures() {
        std::vector<cv::Mat> pictures;
        for (int i = 0; i < 10; ++i) pictures.push_back(picture(20 * i, {30 + i, 40 - i}));
        pictures[3] = cv::Mat();
        pictures[6] = cv::Mat(4, 4, CV_8UC1);
        return pictures;
    }

    const testing::TemporaryFolder folder_;
};

TEST_F(PredictMany, ClassifiesPicturesInTheirOrder) {
    const Predictor predictor(stored_model("format2.pt"));
    const std::vector<cv::Mat> pixels = pictures();
    for (const std::size_t workers : {0, 1, 3}) {
        const std::vector<Prediction> predictions = predictor.predict_pixels(pixels, ColourOrder::bgr, workers);
        ASSERT_EQ(predictions.size(), pixels.size());
        for (std::size_t i = 0; i < pixels.size(); ++i) {
            if (i == 3 || i == 6) continue;
            EXPECT_EQ(predictions[i].error, "");
            const std::vector<float> alone = predictor.predict_pixels(pixels[i], ColourOrder::bgr);
            ASSERT_EQ(predictions[i].values.size(), alone.size());
            for (std::size_t k = 0; k < alone.size(); ++k) EXPECT_NEAR(predictions[i].values[k], alone[k], 1e-6) << i;
        }
        EXPECT_EQ(predictions[3].error,
                  "a picture of type CV_8UC1 and size 0x0: expected CV_8UC3 and at least one pixel");
        EXPECT_TRUE(predictions[6].values.empty());
        EXPECT_NE(predictions[6].error, "");
    }
    EXPECT_TRUE(predictor.predict_pixels(std::vector<cv::Mat>{}, ColourOrder::bgr).empty());
}

TEST_F(PredictMany, ClassifiesFilesInTheirOrder) {
    const Predictor predictor(stored_model("format2.pt"));
    std::vector<std::filesystem::path> files;
    for (int i = 0; i < 5; ++i) {
        files.push_back(folder_ / (std::to_string(i) + ".png"));
        cv::imwrite(files.back().string(), picture(20 * i, {30, 40}));
    }
    files.insert(files.begin() + 2, folder_ / "absent.png");
    const std::vector<Prediction> predictions = predictor.predict_files(files);
    ASSERT_EQ(predictions.size(), 6);
    EXPECT_EQ(predictions[2].error, files[2].string() + ": cannot be read: No such file or directory");
    for (const std::size_t i : {0, 1, 3, 4, 5}) {
        const std::vector<float> alone = predictor.predict_file(files[i]);
        for (std::size_t k = 0; k < alone.size(); ++k) EXPECT_NEAR(predictions[i].values.at(k), alone[k], 1e-6) << i;
    }
}

TEST_F(PredictMany, GivesTheSameAfterWarmingUp) {
    const Predictor cold(stored_model("format2.pt")), warm(stored_model("format2.pt"));
    warm.warm_up();
    EXPECT_EQ(warm.predict_pixels(picture(9, {30, 40}), ColourOrder::bgr),
              cold.predict_pixels(picture(9, {30, 40}), ColourOrder::bgr));
}

TEST_F(PredictMany, DescribesTheModelWithoutItsGoldenImages) {
    const std::string description = Predictor(stored_model("format2.pt")).description();
    EXPECT_NE(description.find("\"tiny\""), std::string::npos);
    EXPECT_NE(description.find("\"ant\""), std::string::npos);
    EXPECT_EQ(description.find("golden"), std::string::npos);
}

}  // namespace
}  // namespace graft
