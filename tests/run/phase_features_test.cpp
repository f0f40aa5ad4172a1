#include "run/phase_features.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "core/text.hpp"
#include "network/tiny_architecture.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

/// Features of the tiny network, none of whose stages train.
class FrozenFeatures : public ::testing::Test {
protected:
    ~FrozenFeatures() override { ::unsetenv("GRAFT_CACHE"); }

    /// What a training keeps them as.
    [[nodiscard]] Json kept_as(Pooling pooling, Precision precision) const {
        const std::filesystem::path cache = folder_ / format_text("{} {}", pooling, precision);
        ::setenv("GRAFT_CACHE", cache.c_str(), 1);
        RunOptions options = default_run_config(Tables());
        options.output = (folder_ / "run").string();
        options.head = {.pooling = pooling, .hidden = {}};
        options.backbone.precision = precision;
        SilentReporter silent;
        const std::vector<Phase> phases =
            make_phases(phases_of(options), backbone_, testing::tiny_preprocessing(), options.head, 2, 1);
        static_cast<void>(make_features(options, {}, backbone_, phases.front(), {}, silent));
        return FeatureCache(cache / "features").list().front().description.at("features");
    }

    const testing::TemporaryFolder folder_;
    const Backbone backbone_ = testing::tiny_backbone();
};

TEST_F(FrozenFeatures, AreWhatEmbeddingLooksFor) {
    for (const Pooling pooling : {Pooling::avg, Pooling::max, Pooling::avgmax}) {
        const Json expected = features_of_frozen("tiny", backbone_.weights_hash, {"stem", "layer1"}, {6}, pooling,
                                                 testing::tiny_preprocessing());
        EXPECT_EQ(kept_as(pooling, Precision::float32).dump(), expected.dump());
    }
}

// Another device computes other late digits.
TEST_F(FrozenFeatures, OfAnotherDeviceHaveASpaceOfTheirOwn) {
    const auto of = [&](const Device& device) {
        return features_of_frozen("tiny", backbone_.weights_hash, {"stem"}, {6}, Pooling::avg,
                                  testing::tiny_preprocessing(), device);
    };
    EXPECT_FALSE(of({}).contains("device"));
    EXPECT_EQ(of({DeviceKind::cuda, 1}).at("device"), "cuda");
    EXPECT_EQ(of({DeviceKind::cuda, 1}), of({DeviceKind::cuda, 0}));
}

// The order of the keys is part of the name of a space: features that were kept once are found again.
TEST_F(FrozenFeatures, AreNamedInOneOrder) {
    const Json description = kept_as(Pooling::max, Precision::bfloat16);
    std::string keys;
    for (const auto& [key, value] : description.items()) keys += key + " ";
    EXPECT_TRUE(keys.starts_with("version backbone weights frozen shape precision pooling ")) << keys;
}

}  // namespace
}  // namespace graft
