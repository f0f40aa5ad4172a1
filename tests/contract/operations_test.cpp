// What every built-in operation of augmentation must keep, whoever adds it.
#include <gtest/gtest.h>

#include <opencv2/core.hpp>

#include "config/read.hpp"
#include "image/augment/operation.hpp"
#include "image/pictures.hpp"

namespace graft {
namespace {

using testing::equal;

class EveryOperation : public ::testing::TestWithParam<std::string> {
protected:
    [[nodiscard]] static const OperationRow& row() { return *builtin_operations().find(GetParam()); }
    [[nodiscard]] static cv::Mat applied(const cv::Mat& rgb, std::uint64_t seed) {
        Rng rng(seed);
        return row().make().build({.input = rgb.size()})(rgb, rng);
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

TEST_P(EveryOperation, KeepsSizeAndTypeAndItsInput) {
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

TEST_P(EveryOperation, IsAFunctionOfThePictureAndTheStream) {
    const cv::Mat rgb = testing::smooth(40, 50);
    bool varies = false;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        EXPECT_TRUE(equal(applied(rgb, seed), applied(rgb.clone(), seed)));
        varies = varies || !equal(applied(rgb, seed), applied(rgb, seed + 1));
    }
    EXPECT_TRUE(varies);
}

TEST_P(EveryOperation, TakesPicturesThatAreNotContinuous) {
    const cv::Mat large = testing::smooth(60, 70);
    const cv::Mat part = large(cv::Rect(3, 5, 40, 30));
    EXPECT_TRUE(equal(applied(part, 7), applied(part.clone(), 7)));
}

INSTANTIATE_TEST_SUITE_P(Builtin, EveryOperation, ::testing::ValuesIn(builtin_operations().names()),
                         [](const auto& name) { return name.param; });

TEST(BuiltinOperations, AreTheDocumentedOnes) {
    EXPECT_EQ(builtin_operations().names(), (std::vector<std::string>{"gaussian_blur", "random_erasing"}));
}

}  // namespace
}  // namespace graft
