#include "data/view_renderer.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "image/pictures.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using testing::encoded;
using testing::equal;
using testing::error_message;
using testing::noise;
using testing::TemporaryFolder;

const Preprocessing kSmall{.height = 24, .width = 32};
const AugmentationOptions kLively{
    .rotation_range = 30, .width_shift_range = 0.2, .zoom_range = {0.2}, .horizontal_flip = true};

/// The only image of a folder, under a name of choice.
Sample write_sample(const TemporaryFolder& folder, const std::string& name) {
    folder.write(name, encoded(".png", noise(40, 50)));
    return list_images(folder.path()).at(0);
}

TEST(ViewRenderer, MakesPicturesOfTheInputsSize) {
    const TemporaryFolder folder;
    const Sample sample = write_sample(folder, "1.png");
    const ViewRenderer renderer(kSmall, kLively, 0);
    for (const std::optional<std::int64_t> view : {std::optional<std::int64_t>(), {0}, {5}}) {
        const cv::Mat picture = renderer.render(sample, view);
        EXPECT_EQ(picture.size(), cv::Size(32, 24));
        EXPECT_EQ(picture.type(), CV_8UC3);
    }
}

TEST(ViewRenderer, NeverAugmentsThePictureThatValidates) {
    const TemporaryFolder folder;
    const Sample sample = write_sample(folder, "1.png");
    const cv::Mat plain = ViewRenderer(kSmall, {}, 0).render(sample, std::nullopt);
    EXPECT_TRUE(equal(ViewRenderer(kSmall, kLively, 0).render(sample, std::nullopt), plain));
    EXPECT_TRUE(equal(ViewRenderer(kSmall, kLively, 7).render(sample, std::nullopt), plain));
    EXPECT_FALSE(equal(ViewRenderer(kSmall, kLively, 0).render(sample, 0), plain));
}

TEST(ViewRenderer, GivesThePlainPictureWhenNothingMayVary) {
    const TemporaryFolder folder;
    const Sample sample = write_sample(folder, "1.png");
    const ViewRenderer renderer(kSmall, {}, 0);
    EXPECT_TRUE(equal(renderer.render(sample, 3), renderer.render(sample, std::nullopt)));
}

TEST(ViewRenderer, DecodesLargeJpegsAtHalfTheirSizeWhereThatIsTheRule) {
    const TemporaryFolder folder;
    folder.write("1.jpg", encoded(".jpg", testing::smooth(24 * 8, 32 * 8)));
    const Sample sample = list_images(folder.path()).at(0);
    Preprocessing reduced = kSmall;
    reduced.reduced_decode = true;
    const ViewRenderer renderer(reduced, {}, 0), in_full(kSmall, {}, 0);
    const cv::Mat picture = renderer.render(sample, std::nullopt), full = in_full.render(sample, std::nullopt);
    EXPECT_FALSE(equal(picture, full));
    EXPECT_LE(testing::largest_difference(picture, full), 2);
    EXPECT_NE(renderer.recipe(ViewKind::plain), in_full.recipe(ViewKind::plain));
    EXPECT_FALSE(in_full.recipe(ViewKind::plain)["preprocessing"].contains("reduced_decode")) << "as in older caches";
}

TEST(ViewRenderer, GivesTheSameViewAgain) {
    const TemporaryFolder folder;
    const Sample sample = write_sample(folder, "1.png");
    const ViewRenderer renderer(kSmall, kLively, 3), another(kSmall, kLively, 3);
    const cv::Mat view = renderer.render(sample, 2);
    (void)renderer.render(sample, 1);
    EXPECT_TRUE(equal(renderer.render(sample, 2), view));
    EXPECT_TRUE(equal(another.render(sample, 2), view));
}

TEST(ViewRenderer, GivesAnotherViewForAnotherSeedNumberOrImage) {
    const TemporaryFolder folder, other;
    const Sample sample = write_sample(folder, "1.png"), renamed = write_sample(other, "2.png");
    const cv::Mat view = ViewRenderer(kSmall, kLively, 3).render(sample, 2);
    EXPECT_FALSE(equal(ViewRenderer(kSmall, kLively, 4).render(sample, 2), view));
    EXPECT_FALSE(equal(ViewRenderer(kSmall, kLively, 3).render(sample, 3), view));
    EXPECT_FALSE(equal(ViewRenderer(kSmall, kLively, 3).render(renamed, 2), view));
}

TEST(ViewRenderer, DrawsByTheNameBelowTheFolderNotByWhereTheFolderIs) {
    const TemporaryFolder here, there;
    const Sample sample = write_sample(here, "cat/1.png"), moved = write_sample(there, "cat/1.png");
    const ViewRenderer renderer(kSmall, kLively, 3);
    EXPECT_TRUE(equal(renderer.render(sample, 2), renderer.render(moved, 2)));
}

TEST(ViewRenderer, GivesTheSameViewsOnSeveralThreads) {
    const TemporaryFolder folder;
    const Sample sample = write_sample(folder, "1.png");
    const ViewRenderer renderer(kSmall, kLively, 0);
    std::vector<cv::Mat> views(8);
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < views.size(); ++i)
            threads.emplace_back([&, i] { views[i] = renderer.render(sample, static_cast<std::int64_t>(i % 2)); });
    }
    for (std::size_t i = 2; i < views.size(); ++i) EXPECT_TRUE(equal(views[i], views[i % 2]));
    EXPECT_FALSE(equal(views[0], views[1]));
}

TEST(ViewRenderer, NamesAFileThatCannotBeDecoded) {
    const TemporaryFolder folder;
    folder.write("1.png", "text");
    const Sample sample = list_images(folder.path()).at(0);
    EXPECT_THAT(error_message<DataError>([&] { (void)ViewRenderer(kSmall, {}, 0).render(sample, 0); }),
                ::testing::StartsWith(sample.file.string() + ": "));
}

TEST(ViewRenderer, RefusesAFileThatIsAnotherOneThanWhenItWasChecked) {
    const TemporaryFolder folder;
    Sample sample = write_sample(folder, "1.png");
    const std::string checked = folder.read("1.png");
    sample.content = fingerprint(checked);
    const ViewRenderer renderer(kSmall, {}, 0);
    EXPECT_NO_THROW((void)renderer.load(sample));
    folder.write("1.png", encoded(".png", noise(40, 51)));  // as good an image
    EXPECT_EQ(error_message<DataError>([&] { (void)renderer.load(sample); }),
              sample.file.string() + ": has changed while the run was going on; leave the images alone and run again");
    folder.write("1.png", checked);
    EXPECT_NO_THROW((void)renderer.load(sample));
}

TEST(ViewRenderer, KeepsToTheLimitOfPixels) {
    const TemporaryFolder folder;
    const Sample sample = write_sample(folder, "1.png");  // 40 x 50
    EXPECT_NO_THROW((void)ViewRenderer(kSmall, {}, 0, 2000).load(sample));
    EXPECT_THROW((void)ViewRenderer(kSmall, {}, 0, 1999).load(sample), DataError);
}

}  // namespace
}  // namespace graft
