#include "deploy/golden.hpp"

#include <ATen/ops/ones.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/hash.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/decode.hpp"

namespace graft {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

std::vector<GoldenImage> golden_for(std::int64_t side) {
    return make_golden_images({.height = side, .width = side}, [](const at::Tensor& input) {
        return input.mean({2, 3}) / 255;
    });
}

TEST(GoldenImages, AreSmallerAndLargerThanTheInputAndOfSeveralKinds) {
    const std::vector<GoldenImage> images = golden_for(224);
    ASSERT_EQ(images.size(), 3U);
    const cv::Mat tiles = decode_image(images[0].encoded, "tiles");
    EXPECT_LT(tiles.rows, 224);
    EXPECT_TRUE(images[0].encoded.starts_with("\x89PNG"));
    EXPECT_GT(decode_image(images[2].encoded, "drawing").rows, 224);
    EXPECT_TRUE(images[2].encoded.starts_with("\xFF\xD8"));
}

TEST(GoldenImages, TakeLittleRoom) {
    std::size_t bytes = 0;
    for (const GoldenImage& image : golden_for(224)) bytes += to_json(image).dump().size();
    EXPECT_LT(bytes, 100'000U);
}

TEST(GoldenImages, AreTheSameEveryTime) {
    const auto text = [] {
        std::string all;
        for (const GoldenImage& image : golden_for(32)) all += to_json(image).dump();
        return all;
    };
    EXPECT_EQ(text(), text());
}

TEST(GoldenImages, HoldTheDigestOfTheInputAndWhatTheNetworkMadeOfIt) {
    for (const GoldenImage& image : golden_for(32)) {
        EXPECT_EQ(image.input.samples.size(), 64U);
        EXPECT_EQ(image.outputs.size(), 3U);
        EXPECT_EQ(image.pixels.sha256.size(), 64U);
    }
}

TEST(GoldenImages, SurviveJson) {
    const GoldenImage image = golden_for(32).front();
    EXPECT_EQ(to_json(golden_from_json(to_json(image), image.outputs.size())), to_json(image));
    EXPECT_EQ(golden_from_json(to_json(image), image.outputs.size()).encoded, image.encoded);
}

TEST(GoldenValues, AreADigestOfTheBytesAndEvenlySpacedSamples) {
    cv::Mat pixels(1, 64, CV_8UC3);
    for (int i = 0; i < 192; ++i) pixels.data[i] = static_cast<unsigned char>(i);
    const GoldenValues values = golden_pixels(pixels);
    EXPECT_EQ(values.sha256, sha256({reinterpret_cast<const char*>(pixels.data), 192}));
    EXPECT_EQ(values.samples.size(), 64U);
    EXPECT_EQ(values.samples[0], 0);
    EXPECT_EQ(values.samples[1], 3);
    EXPECT_EQ(values.samples[63], 189);
}

TEST(GoldenValues, OfAnInputDoNotDependOnItsMemoryFormat) {
    const at::Tensor input = at::arange(0, 48, at::kFloat).reshape({1, 3, 4, 4});
    EXPECT_EQ(golden_input(input).sha256, golden_input(input.contiguous(at::MemoryFormat::ChannelsLast)).sha256);
    EXPECT_THAT(golden_input(at::ones({1, 3, 4, 4})).samples, Each(1.0F));
}

TEST(GoldenValues, DifferByTheLargestSample) {
    const GoldenValues one{"a", {10, 20, 30}};
    EXPECT_EQ(difference(one, one), 0);
    EXPECT_DOUBLE_EQ(difference(one, {"b", {10, 71, 30}}), 0.2);
}

TEST(GoldenValues, DifferByOneStepWhenOnlyTheirDigestsDo) {
    EXPECT_DOUBLE_EQ(difference({"a", {10, 20}}, {"b", {10, 20}}), 1.0 / 255);
}

TEST(GoldenValues, DifferCompletelyWhenTheirNumbersDo) { EXPECT_EQ(difference({"a", {1}}, {"b", {1, 2}}), 1); }

}  // namespace
}  // namespace graft
