#include "run/dataset.hpp"

#include <gmock/gmock.h>

#include "data/sample_names.hpp"
#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using testing::error_message;
using ::testing::HasSubstr;
using testing::names_of;

/// Six files, a.jpg … f.jpg, and lists of them; no image is opened.
class DatasetOfLists : public ::testing::Test {
protected:
    DatasetOfLists() {
        for (const char* name : {"a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg", "f.jpg"}) folder_.write(name, "");
    }
    std::string list(const std::string& name, const std::string& text) { return folder_.write(name, text).string(); }

    testing::TemporaryFolder folder_;
};

TEST_F(DatasetOfLists, HasThePartsThatOneListSays) {
    const DataOptions options{.train = list("all.csv",
                                            "image_path,label,split\na.jpg,x,train\nb.jpg,y,val\nc.jpg,y,test\n"
                                            "d.jpg,y,train\n"),
                              .list = {.split_column = "split"}};
    const Dataset dataset = read_dataset(options);
    EXPECT_THAT(dataset.classes, ElementsAre("x", "y"));
    EXPECT_THAT(names_of(dataset.train), ElementsAre("a.jpg", "d.jpg"));
    EXPECT_THAT(names_of(dataset.validation), ElementsAre("b.jpg"));
    EXPECT_THAT(names_of(dataset.test), ElementsAre("c.jpg"));
}

TEST_F(DatasetOfLists, SplitsWhatOneListGivesToTrainOnWhereItGivesNothingToValidateOn) {
    std::string text = "image_path,label,split\nf.jpg,x,test\n";
    for (const char* name : {"a", "b", "c", "d"})
        text += std::string(name) + ".jpg," + (*name < 'c' ? "x" : "y") + ",train\n";
    DataOptions options{.train = list("all.csv", text), .list = {.split_column = "split"}};
    options.split.validation_split = 0.5;
    const Dataset dataset = read_dataset(options);
    EXPECT_EQ(dataset.train.size(), 2);
    EXPECT_EQ(dataset.validation.size(), 2);
    EXPECT_THAT(names_of(dataset.test), ElementsAre("f.jpg"));
}

TEST_F(DatasetOfLists, HasTheFoldsOfOneListAsIfEachWereReadAlone) {
    const Tables tables;
    RunOptions options = default_run_config(tables);
    options.data.train = list("all.csv", "image_path,label\na.jpg,x\nb.jpg,x\nc.jpg,x\nd.jpg,y\ne.jpg,y\nf.jpg,y\n");
    options.data.split.folds = 3;
    std::vector<RunOptions> runs;
    for (std::int64_t fold = 0; fold < 3; ++fold) {
        options.data.split.fold = fold;
        runs.push_back(options);
    }
    const std::vector<Dataset> folds = read_datasets(runs, tables);
    ASSERT_EQ(folds.size(), 3U);
    std::vector<std::string> validated;
    for (std::size_t fold = 0; fold < 3; ++fold) {
        const Dataset alone = read_dataset(runs[fold], tables);
        EXPECT_EQ(folds[fold].classes, alone.classes);
        EXPECT_EQ(names_of(folds[fold].train), names_of(alone.train));
        EXPECT_EQ(names_of(folds[fold].validation), names_of(alone.validation));
        for (const std::string& name : names_of(folds[fold].validation)) validated.push_back(name);
    }
    EXPECT_THAT(validated, ::testing::UnorderedElementsAre("a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg", "f.jpg"));
}

TEST_F(DatasetOfLists, RefusesAClassThatOnlyTestsUnlessTheConfigNamesIt) {
    DataOptions options{
        .train = list("all.csv", "image_path,label,split\na.jpg,x,train\nb.jpg,y,train\nc.jpg,z,test\n"),
        .list = {.split_column = "split"}};
    EXPECT_THAT(error_message<DataError>([&] { (void)read_dataset(options); }),
                HasSubstr("no row of class z is for training"));
    options.classes = {"z", "y", "x"};
    EXPECT_EQ(read_dataset(options).test.at(0).label, 0);
}

TEST_F(DatasetOfLists, RefusesTwoSourcesOfAPart) {
    DataOptions options{.train = list("all.csv", "image_path,label,split\na.jpg,x,train\nb.jpg,y,val\nd.jpg,y,train\n"),
                        .list = {.split_column = "split"}};
    options.split.validation_split = 0.5;
    EXPECT_THAT(error_message<ConfigError>([&] { (void)read_dataset(options); }),
                HasSubstr("has rows that validate: leave out /data/validation"));
}

TEST_F(DatasetOfLists, BindsOtherListsToTheClassesOfTheFirst) {
    const DataOptions options{.train = list("train.csv", "image_path,label\na.jpg,x\nb.jpg,y\n"),
                              .test = list("test.csv", "filename,class\nc.jpg,y\n")};
    const Dataset dataset = read_dataset(options);
    EXPECT_EQ(dataset.test.at(0).label, 1);
    const DataOptions unknown{.train = options.train, .test = list("more.csv", "filename,class\nc.jpg,z\n")};
    EXPECT_THAT(error_message<DataError>([&] { (void)read_dataset(unknown); }),
                HasSubstr("line 2: unknown class \"z\""));
}

TEST_F(DatasetOfLists, WarnsOfAFileThatTrainsAndTests) {
    const DataOptions options{.train = list("train.csv", "image_path,label\na.jpg,x\nb.jpg,y\n"),
                              .test = list("test.csv", "image_path,label\nb.jpg,y\nc.jpg,x\n")};
    EXPECT_THAT(read_dataset(options).remarks.warnings,
                ElementsAre(HasSubstr("1 training image is also one of the test part, such as b.jpg")));
}

TEST_F(DatasetOfLists, NeedsTwoClassesOfOneAndNoneOfNumbers) {
    const std::string one = list("one.csv", "image_path,label\na.jpg,x\nb.jpg,x\n");
    EXPECT_THAT(error_message<DataError>([&] { (void)read_dataset({.train = one}); }),
                HasSubstr("expected at least two classes, found one: x"));
    const DataOptions numbers{.train = list("n.csv", "image_path,age\na.jpg,3\n"), .list = {.target_columns = {"age"}}};
    EXPECT_THAT(read_dataset(numbers, TargetKind::numbers).classes, ElementsAre("age"));
}

TEST_F(DatasetOfLists, IsWhatSeveralLabelsNeed) {
    folder_.write("classes/x/1.jpg", "");
    EXPECT_THAT(error_message<ConfigError>(
                    [&] { (void)read_dataset({.train = (folder_ / "classes").string()}, TargetKind::labels); }),
                HasSubstr("is a folder, whose images have one class each; a list can say several labels of an image"));
}

TEST_F(DatasetOfLists, IsAnotherOneWithOtherLabels) {
    const auto hash_of = [&](const char* text) { return hash_of_names(read_dataset({.train = list("l.csv", text)})); };
    const std::string first = hash_of("image_path,label\na.jpg,x\nb.jpg,y\n");
    EXPECT_EQ(hash_of("image_path,label\na.jpg,x\n\nb.jpg,y\n"), first);
    EXPECT_NE(hash_of("image_path,label\na.jpg,y\nb.jpg,x\n"), first);
}

}  // namespace
}  // namespace graft
