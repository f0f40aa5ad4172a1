#include "insight/findings.hpp"

#include <gmock/gmock.h>

#include <opencv2/imgproc.hpp>

#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "image/encoded_images.hpp"
#include "insight/cleaned_list.hpp"
#include "insight/findings_text.hpp"
#include "insight/near_copies.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using testing::encoded;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TemporaryFolder;

/// A picture of large spots, another for each seed.
cv::Mat spots(int seed, int width = 80, int height = 60) {
    cv::Mat small(12, 16, CV_8UC3), picture;
    cv::RNG random(static_cast<std::uint64_t>(seed) + 1);
    random.fill(small, cv::RNG::UNIFORM, 0, 256);
    cv::resize(small, picture, {width, height}, 0, 0, cv::INTER_CUBIC);
    return picture;
}

/// Two classes in parts, whose images are written as they are added.
class CheckOfImages : public ::testing::Test {
protected:
    void part(const std::string& name, bool only_compared = false) {
        data.parts.push_back(
            {.name = name, .place = (folder / name).string(), .samples = {}, .only_compared = only_compared});
    }
    void add(const std::string& name, std::int64_t label, const std::string& bytes) {
        CheckedPart& part = data.parts.back();
        const std::string file = folder.write(part.name + "/" + name, bytes).string();
        part.samples.push_back({.file = file, .name = name, .label = label});
    }
    void add(const std::string& name, std::int64_t label, const cv::Mat& picture) {
        add(name, label, encoded(".png", picture));
    }
    void check(const FindingLimits& limits = {}) {
        SilentReporter silent;
        images = examine(data, 2, {}, {}, silent);
        findings = find_oddities(data, images, limits, 2, {});
    }
    [[nodiscard]] std::string text() const { return findings_text(data, images, findings); }
    /// "file" or "file other", of one kind.
    [[nodiscard]] std::vector<std::string> found(FindingKind kind) const {
        std::vector<std::string> names;
        for (const Finding& finding : findings) {
            if (finding.kind != kind) continue;
            for (const FoundImage& image : finding.images)
                names.push_back(name_of(data, images[image.image]) +
                                (image.other ? " " + name_of(data, images[*image.other]) : ""));
        }
        return names;
    }
    [[nodiscard]] CleanedList cleaned() const { return cleaned_list(data, images, findings, folder / "clean.csv"); }

    TemporaryFolder folder;
    CheckedData data{.classes = {"cat", "dog"}, .targets = TargetKind::one_class, .parts = {}, .remarks = {}};
    std::vector<CheckedImage> images;
    std::vector<Finding> findings;
};

TEST_F(CheckOfImages, NothingIsFoundInImagesThatAreAllRight) {
    part("train");
    for (int i = 0; i < 6; ++i) add(std::to_string(i) + ".png", i % 2, spots(i));
    check();
    EXPECT_EQ(text(), "");
    EXPECT_EQ(findings_csv(data, images, findings), "kind,part,file,class,score,other_part,other_file,other_class\n");
}

TEST_F(CheckOfImages, CopiesAreFoundByPixelsWhateverTheFile) {
    part("train");
    add("a.png", 0, spots(1));
    add("b.bmp", 0, encoded(".bmp", spots(1)));
    add("c.png", 0, spots(2));
    add("d.png", 0, spots(1));
    check();
    EXPECT_THAT(found(FindingKind::copies), ElementsAre("b.bmp a.png", "d.png a.png"));
    EXPECT_THAT(found(FindingKind::near_copies), IsEmpty());
    EXPECT_EQ(cleaned().csv, "image_path,label\ntrain/a.png,cat\ntrain/c.png,cat\n");
    EXPECT_THAT(cleaned().left_out, ElementsAre(std::pair("copies", 2)));
}

TEST_F(CheckOfImages, BrighterAndSmallerPicturesAreNearCopies) {
    part("train");
    add("a.png", 0, spots(1));
    cv::Mat brighter = spots(1) * 0.8 + cv::Scalar(40, 40, 40), smaller;
    cv::resize(spots(1), smaller, {40, 30}, 0, 0, cv::INTER_AREA);
    add("b.png", 0, brighter);
    add("c.png", 0, smaller);
    add("d.png", 0, spots(2));
    check();
    EXPECT_THAT(found(FindingKind::near_copies), ElementsAre(HasSubstr("b.png a.png"), HasSubstr("c.png ")));
    EXPECT_EQ(cleaned().kept, 4U);  // near copies in one part stay
    check({.near_distance = 0});
    EXPECT_THAT(found(FindingKind::near_copies), IsEmpty());
}

TEST_F(CheckOfImages, PicturesInTwoPartsAreLeaksAndTheTrainingPartLosesThem) {
    part("train");
    add("a.png", 0, spots(1));
    add("b.png", 1, spots(2));
    add("c.png", 1, spots(3));
    part("test");
    add("x.png", 0, spots(1));
    add("y.jpg", 1, encoded(".jpg", spots(2)));
    check();
    EXPECT_THAT(found(FindingKind::leaks), ElementsAre("test/x.png train/a.png"));
    EXPECT_THAT(found(FindingKind::near_leaks), ElementsAre("test/y.jpg train/b.png"));
    EXPECT_THAT(text(), HasSubstr("leaks: 1 image is also in another part\n  test/x.png = train/a.png\n"));
    EXPECT_EQ(cleaned().csv,
              "image_path,label,split\ntrain/c.png,dog,train\ntest/x.png,cat,test\ntest/y.jpg,dog,test\n");
}

TEST_F(CheckOfImages, LeaksIntoTheLastPartComeFirstAlsoWhereTheyAreLessAlike) {
    part("train");
    add("a.png", 0, spots(1));
    add("b.png", 1, spots(2));
    part("validation");
    add("v.png", 0, spots(1));
    add("w.png", 1, spots(2) * 0.8 + cv::Scalar(40, 40, 40));
    part("test");
    add("x.png", 0, spots(1));
    add("y.jpg", 1, encoded(".jpg", spots(2)));
    check();
    EXPECT_THAT(found(FindingKind::leaks), ElementsAre(HasSubstr("test/x.png"), "validation/v.png train/a.png"));
    EXPECT_THAT(found(FindingKind::near_leaks), ElementsAre(HasSubstr("test/y.jpg"), "validation/w.png train/b.png"));
}

TEST_F(CheckOfImages, AllThatATestImageRepeatsLeaveTheTrainingPart) {
    part("train");
    add("a.png", 0, spots(1));
    add("b.jpg", 0, encoded(".jpg", spots(1), {cv::IMWRITE_JPEG_QUALITY, 80}));
    add("c.png", 0, spots(2));
    part("test");
    add("x.jpg", 0, encoded(".jpg", spots(1), {cv::IMWRITE_JPEG_QUALITY, 95}));
    check();
    EXPECT_EQ(cleaned().csv, "image_path,label,split\ntrain/c.png,cat,train\ntest/x.jpg,cat,test\n");
}

TEST_F(CheckOfImages, PartsThatAreComparedAloneHaveNoClassesAndNoOtherFindings) {
    part("train");
    add("a.png", 0, spots(1));
    add("b.png", 1, spots(2));
    part("others", true);
    add("black.png", 0, cv::Mat(60, 80, CV_8UC3, cv::Scalar(0, 0, 0)));
    add("x.png", 0, spots(2));
    add("y.png", 0, spots(2));
    check();
    EXPECT_THAT(found(FindingKind::leaks), ElementsAre("others/x.png train/b.png"));
    EXPECT_THAT(found(FindingKind::copies), IsEmpty());
    EXPECT_THAT(found(FindingKind::dark), IsEmpty());
    EXPECT_THAT(found(FindingKind::label_conflicts), IsEmpty());
    EXPECT_EQ(cleaned().csv, "image_path,label\ntrain/a.png,cat\n");
}

TEST_F(CheckOfImages, OnePictureUnderTwoClassesIsNeither) {
    part("train");
    add("cat/a.png", 0, spots(1));
    add("dog/a.png", 1, spots(1));
    add("dog/b.png", 1, spots(2));
    check();
    EXPECT_THAT(found(FindingKind::label_conflicts), ElementsAre("dog/a.png cat/a.png"));
    EXPECT_EQ(cleaned().csv, "image_path,label\ntrain/dog/b.png,dog\n");
}

TEST_F(CheckOfImages, OddPicturesAreFound) {
    part("train");
    for (int i = 0; i < 9; ++i) add(std::to_string(i) + ".png", i % 2, spots(i));
    add("black.png", 0, cv::Mat(60, 80, CV_8UC3, cv::Scalar(0, 0, 0)));
    add("dark.png", 0, cv::Mat(spots(20) * 0.2));
    add("light.png", 0, cv::Mat(spots(21) * 0.02 + cv::Scalar(250, 250, 250)));
    add("narrow.png", 0, spots(22, 200, 60));
    add("huge.png", 0, spots(23, 800, 600));
    check();
    EXPECT_THAT(found(FindingKind::low_information), ElementsAre("black.png"));
    EXPECT_THAT(found(FindingKind::dark), ElementsAre("black.png", "dark.png"));
    EXPECT_THAT(found(FindingKind::light), ElementsAre("light.png"));
    EXPECT_THAT(found(FindingKind::odd_aspect_ratio), ElementsAre("narrow.png"));
    EXPECT_THAT(found(FindingKind::odd_size), ElementsAre("huge.png", "narrow.png"));
    EXPECT_EQ(cleaned().kept, 14U);
}

TEST_F(CheckOfImages, WhatMostPicturesAreIsSaidInOneLine) {
    part("train");
    for (int i = 0; i < 3; ++i) add(std::to_string(i) + ".png", i % 2, cv::Mat(spots(i) * 0.2));
    add("bright.png", 0, spots(9));
    check();
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_TRUE(findings[0].usual());
    EXPECT_EQ(text(), "dark: 3 images are dark, more than half: these pictures are like that\n");
}

TEST_F(CheckOfImages, ClassesOfLessThanATenthOfTheMeanAreNamed) {
    part("train");
    for (int i = 0; i < 20; ++i) add(std::to_string(i) + ".png", 0, spots(i));
    check();
    EXPECT_EQ(text(), "imbalance: 1 class has less than a tenth of the mean\n  dog (0 images)\n");
}

TEST_F(CheckOfImages, ImagesThatCannotBeUsedAreInNoFindingAndInNoList) {
    part("train");
    add("a.png", 0, spots(1));
    add("b.png", 0, std::string("no image"));
    add("c.png", 0, std::string("no image"));
    check();
    EXPECT_THAT(images[1].problem, HasSubstr("train/b.png: "));
    EXPECT_THAT(found(FindingKind::copies), IsEmpty());
    EXPECT_EQ(cleaned().csv, "image_path,label\ntrain/a.png,cat\n");
    EXPECT_THAT(cleaned().left_out, ElementsAre(std::pair("unusable", 2)));
}

TEST_F(CheckOfImages, ListsAreForImagesOfOneClass) {
    data.targets = TargetKind::labels;
    EXPECT_THAT(testing::error_message<ConfigError>([&] { static_cast<void>(cleaned()); }), HasSubstr("--fix"));
}

TEST_F(CheckOfImages, FindingsAreWrittenForPrograms) {
    part("train");
    add("a,b.png", 0, spots(1));
    add("c.png", 1, spots(1));
    check();
    EXPECT_EQ(findings_csv(data, images, findings),
              "kind,part,file,class,score,other_part,other_file,other_class\n"
              "label_conflicts,train,c.png,dog,0,train,\"a,b.png\",cat\n"
              "copies,train,c.png,dog,0,train,\"a,b.png\",cat\n");
    const Json json = findings_json(data, images, findings);
    EXPECT_EQ(json[0].at("kind"), "label_conflicts");
    EXPECT_EQ(json[0].at("images")[0].at("other").at("file"), "a,b.png");
}

TEST(NearCopies, NearestOfEachPartAndTheFirstOfEquallyNear) {
    const std::vector<HashedImage> hashes = {{0b0000, 0}, {0b0111, 0},        {0b0001, 0}, {0b0011, 1},
                                             {0b0001, 1}, {0b0001, 1, false}, {0b1111, 1}};
    for (const std::size_t workers : {1U, 3U}) {
        const std::vector<Nearest> nearest = nearest_before(hashes, 1, workers, {});
        ASSERT_EQ(nearest.size(), 7U);
        EXPECT_EQ(nearest[0].same_part.image, kNoImage);
        EXPECT_EQ(nearest[1].same_part.image, kNoImage);  // three bits
        EXPECT_EQ(nearest[2].same_part.image, 0U);
        EXPECT_EQ(nearest[2].same_part.distance, 1);
        EXPECT_EQ(nearest[3].other_part.image, 1U);
        EXPECT_THAT(nearest[3].others, ElementsAre(2U));
        EXPECT_EQ(nearest[4].other_part.image, 2U);
        EXPECT_EQ(nearest[4].other_part.distance, 0);
        EXPECT_EQ(nearest[4].same_part.image, 3U);
        EXPECT_EQ(nearest[5].same_part.image, kNoImage);  // not compared
        EXPECT_EQ(nearest[6].other_part.image, 1U);
        EXPECT_EQ(nearest[6].same_part.image, kNoImage);
    }
}

}  // namespace
}  // namespace graft
