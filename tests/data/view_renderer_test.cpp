#include "data/view_renderer.hpp"

#include <gmock/gmock.h>

#include <opencv2/core.hpp>
#include <thread>

#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "image/augment/view.hpp"
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

/// One line of a list of operations, with its default options.
OperationPlugin operation(const char* name) { return builtin_operations().find(name)->make(); }

TEST(ViewRenderer, AppliesOperationsToAugmentedViewsInTheirOrder) {
    const TemporaryFolder folder;
    const Sample sample = write_sample(folder, "1.png");
    AugmentationOptions with_operations = kLively;
    with_operations.operations = {operation("gaussian_blur"), operation("random_erasing")};
    const ViewRenderer renderer(kSmall, with_operations, 3), without(kSmall, kLively, 3);
    int changed = 0;
    for (std::int64_t view = 0; view < 8; ++view) {
        cv::Mat expected = without.render(sample, view);
        for (std::uint64_t i = 0; i < 2; ++i) {
            Rng own = Rng::stream(3, "augment operation", {sample.id, static_cast<std::uint64_t>(view), i});
            const Operation built = with_operations.operations[i].build({.input = input_size(kSmall)});
            expected = std::get<PictureOperation>(built)(expected, own);
        }
        EXPECT_TRUE(equal(renderer.render(sample, view), expected));
        changed += equal(expected, without.render(sample, view)) ? 0 : 1;
    }
    EXPECT_GT(changed, 4);
    EXPECT_TRUE(equal(renderer.render(sample, std::nullopt), without.render(sample, std::nullopt)));
}

TEST(ViewRenderer, DrawsForAnOperationWhateverStandsBeforeIt) {
    const TemporaryFolder folder;
    const Sample sample = write_sample(folder, "1.png");
    AugmentationOptions erased, erased_after_another;
    erased.operations = {operation("random_erasing"), operation("random_erasing")};
    erased_after_another.operations = {operation("gaussian_blur"), operation("random_erasing")};
    const ViewRenderer one(kSmall, erased, 3), other(kSmall, erased_after_another, 3);
    int both = 0;
    for (std::int64_t view = 0; view < 12; ++view) {
        // black rectangles of the second operation are black in both
        cv::Mat black_in_one, black_in_other, missing;
        cv::inRange(one.render(sample, view), cv::Scalar::all(0), cv::Scalar::all(0), black_in_one);
        cv::inRange(other.render(sample, view), cv::Scalar::all(0), cv::Scalar::all(0), black_in_other);
        cv::bitwise_and(black_in_other, ~black_in_one, missing);
        EXPECT_EQ(cv::countNonZero(missing), 0);
        both += cv::countNonZero(black_in_other) > 0 ? 1 : 0;
    }
    EXPECT_GT(both, 2);
}

TEST(ViewRenderer, RendersThePartThatACropDrawsAsIfItWereThePicture) {
    const TemporaryFolder folder;
    folder.write("1.png", encoded(".png", noise(120, 90)));
    const Sample sample = list_images(folder.path()).at(0);
    const cv::Mat whole = decode_image(encoded(".png", noise(120, 90)), "1.png");
    AugmentationOptions cropped = kLively;
    cropped.operations = {operation("random_resized_crop"), operation("random_erasing")};
    const ViewRenderer renderer(kSmall, cropped, 3);
    const Operation crop = cropped.operations[0].build({.input = input_size(kSmall)});
    const Operation erasing = cropped.operations[1].build({.input = input_size(kSmall)});
    const LoadedPicture loaded = renderer.load(sample);
    for (std::uint64_t view = 0; view < 8; ++view) {
        Rng first = Rng::stream(3, "augment operation", {sample.id, view, 0}),
            second = Rng::stream(3, "augment operation", {sample.id, view, 1}),
            drawn = Rng::stream(3, "augment", {sample.id, view});
        const cv::Mat part = whole(std::get<WindowOperation>(crop)(whole.size(), first));
        const cv::Mat warped = render_view(part, draw_view(cropped, input_size(kSmall), drawn), cropped, kSmall);
        EXPECT_TRUE(equal(renderer.render(loaded, sample, static_cast<std::int64_t>(view)),
                          std::get<PictureOperation>(erasing)(warped, second)));
    }
    EXPECT_TRUE(
        equal(renderer.render(loaded, sample, std::nullopt), ViewRenderer(kSmall, {}, 0).render(sample, std::nullopt)))
        << "validation sees the whole picture";
}

TEST(ViewRenderer, NamesOperationsInItsRecipeWhereThereAreAny) {
    AugmentationOptions with_operations = kLively;
    with_operations.operations = {operation("gaussian_blur")};
    const Json recipe = ViewRenderer(kSmall, with_operations, 0).recipe(ViewKind::augmented);
    EXPECT_EQ(recipe["augmentation"]["operations"][0]["name"], "gaussian_blur");
    EXPECT_FALSE(ViewRenderer(kSmall, kLively, 0).recipe(ViewKind::augmented)["augmentation"].contains("operations"));
    EXPECT_FALSE(ViewRenderer(kSmall, with_operations, 0).recipe(ViewKind::plain).contains("augmentation"));
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
                ::testing::StartsWith(sample.file + ": "));
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
              sample.file + ": has changed while the run was going on; leave the images alone and run again");
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
