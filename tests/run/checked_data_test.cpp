#include "run/checked_data.hpp"

#include <gmock/gmock.h>

#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using testing::error_message;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

/// Names of the parts with their images: "train: cat/1.jpg dog/1.jpg".
std::vector<std::string> parts_of(const CheckedData& data) {
    std::vector<std::string> parts;
    for (const CheckedPart& part : data.parts) {
        parts.push_back(part.name + ":");
        for (const Sample& sample : part.samples) parts.back() += " " + sample.name;
    }
    return parts;
}

/// Only the names of files matter here.
CheckedData read_places(const TemporaryFolder& folder, const std::vector<std::string>& names,
                        const std::vector<std::string>& against = {}) {
    CheckedPlaces places;
    for (const std::string& name : names) places.places.push_back((folder / name).string());
    for (const std::string& name : against) places.against.push_back((folder / name).string());
    return read_checked_data(places);
}

TEST(CheckedData, AFolderOfClassesIsOnePart) {
    const TemporaryFolder folder;
    folder.touch({"photos/cat/1.jpg", "photos/dog/1.jpg"});
    const CheckedData data = read_places(folder, {"photos"});
    EXPECT_THAT(parts_of(data), ElementsAre((folder / "photos").string() + ": cat/1.jpg dog/1.jpg"));
    EXPECT_THAT(data.classes, ElementsAre("cat", "dog"));
}

TEST(CheckedData, ADataSetIsItsParts) {
    const TemporaryFolder folder;
    folder.touch({"data/test/cat/3.jpg", "data/test/dog/3.jpg", "data/train/cat/1.jpg", "data/train/dog/1.jpg",
                  "data/val/cat/2.jpg", "data/val/dog/2.jpg"});
    const std::vector<std::string> all = {"train: cat/1.jpg dog/1.jpg", "validation: cat/2.jpg dog/2.jpg",
                                          "test: cat/3.jpg dog/3.jpg"};
    EXPECT_EQ(parts_of(read_places(folder, {"data"})), all);
    EXPECT_EQ(parts_of(read_places(folder, {"data/test", "data/val", "data/train"})), all);  // called like parts
}

TEST(CheckedData, LabelsOfAllPartsAreThoseOfTheFirst) {
    const TemporaryFolder folder;
    folder.touch({"train/cat/1.jpg", "train/dog/1.jpg", "test/dog/3.jpg", "test/eel/3.jpg"});
    const CheckedData data = read_places(folder, {"train", "test"});
    EXPECT_THAT(parts_of(data), ElementsAre("train: cat/1.jpg dog/1.jpg", "test: dog/3.jpg"));
    EXPECT_EQ(data.parts[1].samples[0].label, 1);
    EXPECT_THAT(data.remarks.warnings, ::testing::Contains(HasSubstr("the class eel is left out")));
}

TEST(CheckedData, AListHasThePartsThatItsColumnSays) {
    const TemporaryFolder folder;
    folder.touch({"1.jpg", "2.jpg", "3.jpg"});
    folder.write("all.csv", "image_path,label,split\n1.jpg,cat,train\n2.jpg,dog,train\n3.jpg,cat,test\n");
    CheckedPlaces places{.places = {(folder / "all.csv").string()}, .against = {}, .list = {}, .exclude = {}};
    places.list.split_column = "split";
    EXPECT_THAT(parts_of(read_checked_data(places)), ElementsAre("train: 1.jpg 2.jpg", "test: 3.jpg"));
}

TEST(CheckedData, AGroupIsInOnePart) {
    const TemporaryFolder folder;
    folder.touch({"1.jpg", "2.jpg", "3.jpg"});
    folder.write("all.csv", "image_path,label,split,of\n1.jpg,cat,train,a\n2.jpg,dog,train,b\n3.jpg,cat,test,a\n");
    CheckedPlaces places{.places = {(folder / "all.csv").string()}, .against = {}, .list = {}, .exclude = {}};
    places.list.split_column = "split";
    places.list.group_column = "of";
    const std::string message = error_message<DataError>([&] { (void)read_checked_data(places); });
    EXPECT_THAT(message,
                HasSubstr("1 group lies in two parts:\n  a: 1.jpg is of the train part, 3.jpg of the test part"));
    EXPECT_THAT(message, HasSubstr("or leave out --list group_column"));
}

TEST(CheckedData, WhatIsComparedWithNeedsNoClasses) {
    const TemporaryFolder folder;
    folder.touch({"train/cat/1.jpg", "train/dog/1.jpg", "other/deep/er/9.jpg"});
    const CheckedData data = read_places(folder, {"train"}, {"other"});
    EXPECT_EQ(data.parts[1].name, (folder / "other").string());
    EXPECT_EQ(data.parts[1].samples[0].name, "deep/er/9.jpg");
    EXPECT_TRUE(data.parts[1].only_compared);
    EXPECT_FALSE(data.parts[0].only_compared);
}

TEST(CheckedData, AConfigNamesAllOfItsParts) {
    const TemporaryFolder folder;
    folder.touch({"train/cat/1.jpg", "train/cat/2.jpg", "train/dog/1.jpg", "train/dog/2.jpg", "test/cat/3.jpg",
                  "test/dog/3.jpg"});
    folder.write("run.json", R"({"data": {"train": ")" + (folder / "train").string() + R"(", "test": ")" +
                                 (folder / "test").string() +
                                 R"(", "validation_split": 0.5}, "backbone": {"name": "efficientnet_lite0"}})");
    const CheckedData data = read_places(folder, {"run.json"});
    ASSERT_EQ(data.parts.size(), 3U);
    EXPECT_EQ(data.parts[0].name, "train");
    EXPECT_EQ(data.parts[1].name, "validation");
    EXPECT_EQ(data.parts[1].samples.size(), 2U);
    EXPECT_EQ(parts_of(data)[2], "test: cat/3.jpg dog/3.jpg");
    EXPECT_THAT(error_message<ConfigError>([&] {
                    static_cast<void>(read_places(folder, {"run.json", "train"}));
                }),
                HasSubstr("give it alone"));
}

TEST(CheckedData, TwoPartsOfOneNameAreToldApart) {
    const TemporaryFolder folder;
    folder.touch({"a/train/cat/1.jpg", "a/train/dog/1.jpg", "b/train/cat/1.jpg", "b/train/dog/1.jpg"});
    const CheckedData data = read_places(folder, {"a/train", "b/train"});
    EXPECT_EQ(data.parts[0].name, "train");
    EXPECT_EQ(data.parts[1].name, (folder / "b/train").string());
}

}  // namespace
}  // namespace graft
