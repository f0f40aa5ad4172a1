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
                HasSubstr("all.csv: of these classes no row is for training:\n  z: line 4\nGive them rows that train, "
                          "or name all classes in /data/classes, which lets one be without images"));
    options.classes = {"z", "y", "x"};
    EXPECT_EQ(read_dataset(options).test.at(0).label, 0);
}

TEST_F(DatasetOfLists, NamesAllClassesThatOnlyTestWithTheirFirstLines) {
    DataOptions options{.train = list("all.csv",
                                      "image_path,label,split\na.jpg,x,train\nb.jpg,v,test\nc.jpg,z,val\nd.jpg,v,val\n"
                                      "e.jpg,v,test\nf.jpg,v,test\n"),
                        .list = {.split_column = "split"}};
    EXPECT_THAT(error_message<DataError>([&] { (void)read_dataset(options); }),
                HasSubstr(":\n  v: lines 3, 5, 6 and 1 more\n  z: line 4\n"));
    options.train = list("sets.csv", "image_path,label,split\na.jpg,x,train\nb.jpg,x|v,test\nc.jpg,v|z,val\n");
    options.list.label_separator = "|";
    EXPECT_THAT(error_message<DataError>([&] { (void)read_dataset(options, TargetKind::labels); }),
                HasSubstr(":\n  v: lines 3, 4\n  z: line 4\n"));
}

TEST_F(DatasetOfLists, RefusesAGroupInTwoPartsOfOneList) {
    const char* text =
        "image_path,label,split,patient\na.jpg,x,train,p2\nb.jpg,y,train,p1\nc.jpg,x,val,p2\nd.jpg,y,test,p1\n"
        "e.jpg,y,test,\nf.jpg,y,train,\n";
    DataOptions options{.train = list("all.csv", text), .list = {.split_column = "split", .group_column = "patient"}};
    EXPECT_EQ(
        error_message<DataError>([&] { (void)read_dataset(options); }),
        options.train +
            ": 2 groups lie in two parts:\n"
            "  p1: b.jpg is of the train part, d.jpg of the test part\n"
            "  p2: a.jpg is of the train part, c.jpg of the validation part\n"
            "Images of one group show how well others of it are known, not new ones: give them one part, or leave "
            "out /data/list/group_column");
    options.list.group_column.reset();
    EXPECT_EQ(read_dataset(options).train.size(), 3);
}

TEST_F(DatasetOfLists, RefusesAGroupThatTrainsAndTestsWhoeverDealtItOut) {
    const auto message_of = [&](const DataOptions& options) {
        return error_message<DataError>([&] { (void)read_dataset(options); });
    };
    DataOptions options{
        .train = list("train.csv", "image_path,label,patient\na.jpg,x,p1\nb.jpg,y,p2\n"),
        .test = list("test.csv", "image_path,label,patient\nc.jpg,y,p3\nd.jpg,y,p2\n"),
        .list = {.group_column = "patient"},
    };
    EXPECT_THAT(message_of(options), HasSubstr("1 group lies in two parts:\n  p2: b.jpg is of the train part, d.jpg of "
                                               "the test part\n"));
    options.test = list("test.csv", "image_path,label,patient\nc.jpg,y,p3\nd.jpg,y,\n");
    EXPECT_EQ(read_dataset(options).test.size(), 2);

    // Folds are dealt out of what trains and validates, so that its groups may lie in both; one that tests may not.
    DataOptions folds{.train = list("all.csv",
                                    "image_path,label,split,patient\na.jpg,x,train,p1\nb.jpg,y,val,p1\n"
                                    "c.jpg,x,train,p2\nd.jpg,y,val,p2\ne.jpg,x,test,p3\n"),
                      .list = {.split_column = "split", .group_column = "patient"}};
    folds.split.folds = 2;
    EXPECT_EQ(read_dataset(folds).validation.size(), 2);
    folds.train = list("all.csv",
                       "image_path,label,split,patient\na.jpg,x,train,p1\nb.jpg,y,val,p1\n"
                       "c.jpg,x,train,p2\nd.jpg,y,val,p2\ne.jpg,x,test,p2\n");
    EXPECT_THAT(message_of(folds), HasSubstr("1 group lies in two parts:\n  p2: "));
}

TEST_F(DatasetOfLists, NamesFiveOfTheGroupsInTwoParts) {
    std::string text = "image_path,label,split,patient\nf.jpg,x,train,\n";
    for (int i = 0; i < 7; ++i)
        for (const char* part : {"train", "test"}) {
            const std::string name = "g" + std::to_string(i) + part + ".jpg";
            folder_.write(name, "");
            text += name + ",y," + part + ",p" + std::to_string(i) + "\n";
        }
    const DataOptions options{.train = list("all.csv", text),
                              .list = {.split_column = "split", .group_column = "patient"}};
    const std::string message = error_message<DataError>([&] { (void)read_dataset(options); });
    EXPECT_THAT(message, HasSubstr("7 groups lie in two parts:\n  p0: g0train.jpg is of the train part"));
    EXPECT_THAT(message,
                HasSubstr("  p4: g4train.jpg is of the train part, g4test.jpg of the test part\n  and 2 more\n"));
}

TEST_F(DatasetOfLists, WarnsOfLabelsThatNoTrainingImageHas) {
    DataOptions options{.train = list("all.csv", "image_path,cat,dog,eel\na.jpg,1,0,\nb.jpg,0,1,\n"),
                        .list = {.label_columns = {"cat", "dog", "eel"}}};
    options.classes = {"cat", "dog", "eel"};
    EXPECT_THAT(read_dataset(options, TargetKind::labels).remarks.warnings,
                ElementsAre(HasSubstr("all.csv: no image of the class eel trains: it is never found")));
    options.train = list("all.csv", "image_path,cat,dog,eel\na.jpg,1,0,0\nb.jpg,0,,0\n");
    options.classes.clear();
    EXPECT_THAT(read_dataset(options, TargetKind::labels).remarks.warnings,
                ElementsAre(HasSubstr("all.csv: no image of the classes dog, eel trains: they are never found")));
}

TEST_F(DatasetOfLists, OfNumbersHasNoClassesToName) {
    DataOptions options{.train = list("n.csv", "image_path,age\na.jpg,3\n"), .list = {.target_columns = {"age"}}};
    options.classes = {"age"};
    EXPECT_EQ(error_message<ConfigError>([&] { (void)read_dataset(options, TargetKind::numbers); }),
              "/data/classes: is not for regression, which learns the numbers in /data/list/target_columns");
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
