#include "run/heat_maps.hpp"

#include <gmock/gmock.h>

#include <opencv2/core.hpp>

#include "deploy/tiny_model.hpp"
#include "image/encoded_images.hpp"

namespace graft {
namespace {

using ::testing::HasSubstr;

class HeatMapsOfAModel : public ::testing::Test {
protected:
    HeatMapsOfAModel() { folder_.write("1.png", testing::encoded(".png", testing::noise(64, 64))); }

    [[nodiscard]] HeatMaps draw(const std::vector<HeatRequest>& requests) const {
        return heat_maps_of(folder_ / "model.pt", 1)(requests);
    }
    const testing::TemporaryFolder folder_;
};

TEST_F(HeatMapsOfAModel, AreOneForEachRequestAndEmptyWhereThereIsNoImage) {
    const ModelFile model = random_model("resnet18", "all");
    save_model(folder_ / "model.pt", model.module, model.info);
    const HeatMaps maps = draw({{folder_ / "1.png", 0}, {folder_ / "gone.png", 0}, {folder_ / "1.png", 2}});
    EXPECT_EQ(maps.why_not, "");
    ASSERT_EQ(maps.pictures.size(), 3U);
    EXPECT_EQ(maps.pictures[0].size(), cv::Size(64, 64));
    EXPECT_TRUE(maps.pictures[1].empty());
    EXPECT_GT(cv::norm(maps.pictures[0], maps.pictures[2], cv::NORM_INF), 0);  // of two outputs
}

TEST_F(HeatMapsOfAModel, AreNotDrawnWithoutAFeatureMap) {
    const ModelFile model = random_model("resnet18", "all");
    save_frozen_model(folder_ / "model.pt", model.module, model.info);
    EXPECT_THAT(draw({{folder_ / "1.png", 0}}).why_not, HasSubstr("has no feature map before its pooling"));
}

TEST_F(HeatMapsOfAModel, SayThatThereIsNoModel) {
    EXPECT_THAT(draw({{folder_ / "1.png", 0}}).why_not, HasSubstr("model.pt"));
}

}  // namespace
}  // namespace graft
