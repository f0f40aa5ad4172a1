// What every built-in operation of augmentation must keep, whoever adds it.
#include <gtest/gtest.h>

#include <opencv2/core.hpp>

#include "config/read.hpp"
#include "image/augment/operation.hpp"
#include "image/pictures.hpp"

namespace graft {
namespace {

using testing::equal;

std::vector<std::string> names(bool taking_a_window) {
    std::vector<std::string> names;
    for (const OperationRow& row : builtin_operations())
        if (row.takes_a_window == taking_a_window) names.push_back(row.name);
    return names;
}

class EveryOperation : public ::testing::TestWithParam<std::string> {
protected:
    [[nodiscard]] static const OperationRow& row() { return *builtin_operations().find(GetParam()); }
    [[nodiscard]] static Operation built(cv::Size input) { return row().make().build({.input = input}); }
};
class EveryPictureOperation : public EveryOperation {
protected:
    [[nodiscard]] static cv::Mat applied(const cv::Mat& rgb, std::uint64_t seed) {
        Rng rng(seed);
        return std::get<PictureOperation>(built(rgb.size()))(rgb, rng);
    }
};
class EveryWindowOperation : public EveryOperation {
protected:
    [[nodiscard]] static cv::Rect window(cv::Size picture, std::uint64_t seed) {
        Rng rng(seed);
        return std::get<WindowOperation>(built({32, 32}))(picture, rng);
    }
};

TEST_P(EveryOperation, DescribesItsOptions) {
    OperationPlugin plugin = row().make();
    const auto visit = [&](Fields& fields) { plugin.describe(fields); };
    EXPECT_EQ(plugin.name(), row().name);
    EXPECT_FALSE(row().summary.empty());
    EXPECT_EQ(plugin.contradictions(), std::vector<std::string>{});
    const Json defaults = write_options(visit);
    EXPECT_TRUE(read_options(defaults, visit).empty());
    EXPECT_EQ(write_options(visit), defaults);
    EXPECT_EQ(read_options({{"no_such_option", 1}}, visit).size(), 1U);
    EXPECT_TRUE(schema_of(visit, row().name).contains("properties"));
}

TEST_P(EveryWindowOperation, StaysInThePicture) {
    for (const cv::Size size : {cv::Size(1, 1), cv::Size(320, 24), cv::Size(33, 500), cv::Size(224, 224)})
        for (std::uint64_t seed = 0; seed < 50; ++seed) {
            const cv::Rect part = window(size, seed);
            EXPECT_FALSE(part.empty());
            EXPECT_EQ(part & cv::Rect({0, 0}, size), part);
            EXPECT_EQ(part, window(size, seed));
        }
}

TEST_P(EveryPictureOperation, KeepsSizeAndTypeAndItsInput) {
    for (const cv::Size size : {cv::Size(32, 24), cv::Size(224, 224), cv::Size(33, 57)}) {
        const cv::Mat rgb = testing::smooth(size.height, size.width), before = rgb.clone();
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            const cv::Mat result = applied(rgb, seed);
            EXPECT_EQ(result.size(), size);
            EXPECT_EQ(result.type(), CV_8UC3);
            EXPECT_TRUE(result.isContinuous());
            ASSERT_TRUE(equal(rgb, before));
        }
    }
}

TEST_P(EveryPictureOperation, IsAFunctionOfThePictureAndTheStream) {
    const cv::Mat rgb = testing::smooth(40, 50);
    bool varies = false;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        EXPECT_TRUE(equal(applied(rgb, seed), applied(rgb.clone(), seed)));
        varies = varies || !equal(applied(rgb, seed), applied(rgb, seed + 1));
    }
    EXPECT_TRUE(varies);
}

TEST_P(EveryPictureOperation, TakesPicturesThatAreNotContinuous) {
    const cv::Mat large = testing::smooth(60, 70);
    const cv::Mat part = large(cv::Rect(3, 5, 40, 30));
    EXPECT_TRUE(equal(applied(part, 7), applied(part.clone(), 7)));
}

INSTANTIATE_TEST_SUITE_P(Builtin, EveryOperation, ::testing::ValuesIn(builtin_operations().names()),
                         [](const auto& name) { return name.param; });
INSTANTIATE_TEST_SUITE_P(Builtin, EveryPictureOperation, ::testing::ValuesIn(names(false)),
                         [](const auto& name) { return name.param; });
INSTANTIATE_TEST_SUITE_P(Builtin, EveryWindowOperation, ::testing::ValuesIn(names(true)),
                         [](const auto& name) { return name.param; });

TEST(BuiltinOperations, AreTheDocumentedOnes) {
    EXPECT_EQ(builtin_operations().names(),
              (std::vector<std::string>{"random_resized_crop", "random_crop", "rand_augment", "trivial_augment",
                                        "colour_jitter", "random_autocontrast", "random_equalize", "random_posterize",
                                        "random_solarize", "random_adjust_sharpness", "random_invert",
                                        "random_grayscale", "gaussian_blur", "random_erasing"}));
}

}  // namespace
}  // namespace graft
