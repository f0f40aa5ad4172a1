#include "data/list/read_list.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "core/random.hpp"
#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::Eq;
using testing::error_message;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsNan;
using ::testing::StartsWith;

/// A folder with the files a.jpg, b.jpg, c.jpg, d.jpg and sub/e.jpg; reading lists does not open them.
class List : public ::testing::Test {
protected:
    List() {
        for (const char* name : {"a.jpg", "b.jpg", "c.jpg", "d.jpg", "sub/e.jpg"}) folder_.write(name, "");
    }

    ListedImages read(std::string_view text, const ListOptions& options = {}, const ListRequest& request = {},
                      const ScanOptions& scan = {.asked_by = AskedBy::config}) {
        return read_list(folder_.write(file_, text), options, request, scan);
    }
    /// What is wrong, without the list's name.
    std::string error(std::string_view text, const ListOptions& options = {}, const ListRequest& request = {},
                      const ScanOptions& scan = {.asked_by = AskedBy::config}) {
        const std::string message = error_message<DataError>([&] { (void)read(text, options, request, scan); });
        const std::string list = (folder_ / file_).string() + ": ";
        EXPECT_THAT(message, StartsWith(list));
        return message.substr(std::min(list.size(), message.size()));
    }
    /// "a.jpg=cat"
    static std::vector<std::string> labels(const ListedImages& listed) {
        std::vector<std::string> texts;
        for (const Sample& sample : listed.images.samples)
            texts.push_back(sample.name + "=" + listed.images.classes.at(static_cast<std::size_t>(sample.label)));
        return texts;
    }

    testing::TemporaryFolder folder_;
    std::string file_ = "list.csv";
};

class ListTargets : public List {};
class ListColumnNames : public List {};
class ListRows : public List {};
class ListSplit : public List {};
class ListOfAHabit : public List {};

TEST_F(List, KeepsItsOrderAndSortsItsClasses) {
    const ListedImages listed = read("image_path,label\nb.jpg,dog\na.jpg,cat\nsub/e.jpg,ant\n");
    EXPECT_THAT(listed.images.classes, ElementsAre("ant", "cat", "dog"));
    EXPECT_THAT(labels(listed), ElementsAre("b.jpg=dog", "a.jpg=cat", "sub/e.jpg=ant"));
    EXPECT_EQ(listed.images.samples[2].file, (folder_ / "sub/e.jpg").string());
    EXPECT_EQ(listed.images.samples[2].id, stable_id("sub/e.jpg"));
    EXPECT_TRUE(listed.images.is_list);
    EXPECT_THAT(listed.parts, IsEmpty());
}

TEST_F(List, TakesPathsBelowTheRootAndAbsoluteOnes) {
    const testing::TemporaryFolder lists;
    const fs::path list = lists.write(
        "l.csv", "image_path,label\na.jpg,x\n" + (folder_ / "sub/e.jpg").string() + ",y\n./sub/../b.jpg,x\n");
    const ListedImages listed = read_list(list, {.root = folder_.path().string()}, {});
    EXPECT_THAT(labels(listed), ElementsAre("a.jpg=x", "sub/e.jpg=y", "b.jpg=x"));
}

TEST_F(List, MayBeJsonLines) {
    file_ = "list.jsonl";
    EXPECT_THAT(labels(read("{\"file_name\":\"a.jpg\",\"label\":7}\n{\"label\":\"x\",\"file_name\":\"b.jpg\"}\n")),
                ElementsAre("a.jpg=7", "b.jpg=x"));
}

TEST_F(List, BindsLabelsToGivenClassesWhateverTheirUnicodeForm) {
    const ListedImages listed =
        read("image_path,label\na.jpg,cafe\xCC\x81\nb.jpg,bar\n", {}, {.classes = {"zoo", "caf\xC3\xA9", "bar"}});
    EXPECT_THAT(listed.images.classes, ElementsAre("zoo", "caf\xC3\xA9", "bar"));
    EXPECT_EQ(listed.images.samples[0].label, 1);
    EXPECT_EQ(listed.images.samples[1].label, 2);
    EXPECT_THAT(listed.images.remarks.warnings, ElementsAre(HasSubstr("no image of the class zoo")));
}

TEST_F(List, LeavesOutUnknownClassesWhereThatIsAskedFor) {
    const std::string text = "image_path,label\na.jpg,cat\nb.jpg,owl\nc.jpg,dgo\n";
    const ListedImages listed = read(text, {}, {.classes = {"cat", "dog"}, .mismatch = ClassMismatch::use_known});
    EXPECT_THAT(labels(listed), ElementsAre("a.jpg=cat"));
    EXPECT_THAT(listed.images.unknown_classes, ElementsAre("dgo", "owl"));
    EXPECT_EQ(error(text, {}, {.classes = {"cat", "dog"}}),
              "2 of 3 rows cannot be used:\n  line 3: unknown class \"owl\"\n"
              "  line 4: unknown class \"dgo\" (did you mean \"dog\"?)\n"
              "The classes are cat, dog; to leave out what has another label, set /data/class_mismatch to "
              "\"use_known\"");
}

TEST_F(List, SuggestsTheNameOfAnUnknownClassOnce) {
    const std::string suggestion = " (did you mean \"dog\"?)";
    EXPECT_EQ(error("image_path,label\na.jpg,dgo\nb.jpg,dgo\nc.jpg,dog\n", {}, {.classes = {"cat", "dog"}}),
              "2 of 3 rows cannot be used:\n  line 2: unknown class \"dgo\"" + suggestion +
                  "\n  line 3: unknown class \"dgo\"\n"
                  "The classes are cat, dog; to leave out what has another label, set /data/class_mismatch to "
                  "\"use_known\"");
    const ListRequest sets{.kind = TargetKind::labels, .classes = {"cat", "dog"}};
    EXPECT_EQ(error("image_path,label\na.jpg,dgo|cat\nb.jpg,dgo\n", {.label_separator = "|"}, sets,
                    {.asked_by = AskedBy::command}),
              "2 of 2 rows cannot be used:\n  line 2: unknown label \"dgo\"" + suggestion +
                  "\n  line 3: unknown label \"dgo\"\n"
                  "The classes are cat, dog; to leave out what has another label, add --classes use_known");
    ListRequest many;
    for (int i = 10; i < 32; ++i) many.classes.push_back("c" + std::to_string(i));
    EXPECT_THAT(error("image_path,label\na.jpg,x\n", {}, many), HasSubstr("c28, c29, and 2 more; to leave out"));
}

TEST_F(List, LeavesOutWhatIsExcluded) {
    const ListedImages listed =
        read("image_path,label\na.jpg,x\nsub/e.jpg,y\nb.jpg,y\n", {}, {}, {.exclude = {"sub/*"}});
    EXPECT_THAT(labels(listed), ElementsAre("a.jpg=x", "b.jpg=y"));
    EXPECT_THAT(listed.images.remarks.notes[1], HasSubstr("1 row is left out, as `exclude` says, such as sub/e.jpg"));
}

TEST_F(List, HasGroups) {
    const ListedImages listed = read("image_path,label,patient\na.jpg,x,p1\nb.jpg,y,\n", {.group_column = "patient"});
    EXPECT_EQ(listed.images.samples[0].group, "p1");
    EXPECT_EQ(listed.images.samples[1].group, "");
    EXPECT_EQ(error("image_path,label,patient\na.jpg,x,p1\na.jpg,x,p2\n", {.group_column = "patient"}),
              "1 of 2 rows cannot be used:\n  line 3: a.jpg: has another group than in line 2");
}

// --- Columns ---------------------------------------------------------------------------------------------------------

TEST_F(List, HasWeights) {
    const ListOptions weighted{.weight_column = "weight"};
    const ListedImages listed = read("image_path,label,weight\na.jpg,x,0.5\nb.jpg,y,\nc.jpg,y,3\n", weighted);
    std::vector<float> weights;
    for (const Sample& sample : listed.images.samples) weights.push_back(sample.weight);
    EXPECT_THAT(weights, ElementsAre(0.5F, 1.0F, 3.0F));
    EXPECT_EQ(error("image_path,label,weight\na.jpg,x,0\nb.jpg,x,-1\nc.jpg,x,much\nd.jpg,y,1e-60\nd.jpg,y,inf\n"
                    "sub/e.jpg,y,2\nsub/e.jpg,y,3\n",
                    weighted),
              "6 of 7 rows cannot be used:\n"
              "  line 2: weight: expected a weight, a number above 0, or nothing for 1; found \"0\"\n"
              "  line 3: weight: expected a weight, a number above 0, or nothing for 1; found \"-1\"\n"
              "  line 4: weight: expected a weight, a number above 0, or nothing for 1; found \"much\"\n"
              "  line 5: weight: 1e-60 is beyond the numbers that networks compute with (float32: 1.2e-38 to 3.4e38)\n"
              "  line 6: weight: expected a weight, a number above 0, or nothing for 1; found \"inf\"\n"
              "  line 8: sub/e.jpg: has another weight than in line 7");
}

TEST_F(ListColumnNames, OfPublishedDialectsAreTakenWithANote) {
    for (const char* header : {"image_path,label", "filename,class", "file_name,label", "ImagePath,Label"}) {
        const ListedImages listed = read(std::string(header) + "\na.jpg,x\nb.jpg,y\n");
        EXPECT_THAT(labels(listed), ElementsAre("a.jpg=x", "b.jpg=y"));
        EXPECT_THAT(listed.images.remarks.notes, ElementsAre(HasSubstr("are the path and the label")));
    }
}

TEST_F(ListColumnNames, ThatAreNamedNeedNoNote) {
    const ListedImages listed =
        read("label,f,kind\nnone,a.jpg,x\nnone,b.jpg,y\n", {.path_column = "f", .label_column = "kind"});
    EXPECT_THAT(labels(listed), ElementsAre("a.jpg=x", "b.jpg=y"));
    EXPECT_THAT(listed.images.remarks.notes, IsEmpty());
}

TEST_F(ListColumnNames, MayBeNamedInPart) {
    EXPECT_THAT(labels(read("f,label\na.jpg,x\nb.jpg,y\n", {.path_column = "f"})), ElementsAre("a.jpg=x", "b.jpg=y"));
    EXPECT_THAT(labels(read("filename,kind\na.jpg,x\nb.jpg,y\n", {.label_column = "kind"})),
                ElementsAre("a.jpg=x", "b.jpg=y"));
}

TEST_F(ListColumnNames, AreNeverGuessed) {
    EXPECT_THAT(error("image_path,label,filename,class\na.jpg,x,a.jpg,y\n"),
                StartsWith("which of its columns are meant is not clear"));
    EXPECT_EQ(
        error("picture,species\na.jpg,x\n"),
        "its columns are \"picture\", \"species\"\nName them with /data/list/path_column and label_column; without "
        "that they are called image_path,label or filename,class or file_name,label or ImagePath,Label. Has "
        "the list no header line? Then set /data/list/columns to [\"image_path\", \"label\"]");
    EXPECT_THAT(
        error("image_path,label\na.jpg,x\n", {.path_column = "imagepath", .label_column = "label"}),
        StartsWith("has no column \"imagepath\" (did you mean \"image_path\"?), but \"image_path\", \"label\""));
}

TEST_F(ListColumnNames, ThatAModelRemembersAreNamedWithTheirOption) {
    EXPECT_EQ(error("image_path,kind\na.jpg,x\n", {.path_column = "image_path", .label_column = "species"}, {},
                    {.asked_by = AskedBy::command}),
              "has no column \"species\", but \"image_path\", \"kind\"\nAnother one: --list label_column=VALUE");
    EXPECT_EQ(error("image_path,kind\na.jpg,x\n", {.label_column = "species"}),
              "has no column \"species\", but \"image_path\", \"kind\"");
    EXPECT_THAT(error("image_path,label\na.jpg,x\n", {.delimiter = ";", .path_column = "image_path"}, {},
                      {.asked_by = AskedBy::command}),
                HasSubstr("\nIs a comma between the cells? Then add --list 'delimiter=,'"));
}

TEST_F(ListColumnNames, OfSeveralLabelsOrNumbersAreAskedFor) {
    const std::string text = "image_path,rose,tulip\na.jpg,1,0\n";
    EXPECT_THAT(error(text), EndsWith("\nHas it a column for each of several labels? Then set \"task\": "
                                      "\"multi_label\" and /data/list/label_columns. Numbers? Then \"task\": "
                                      "\"regression\" and /data/list/target_columns"));
    EXPECT_THAT(error(text, {}, {.kind = TargetKind::labels}),
                EndsWith("\nHas it a column for each label? Then set /data/list/label_columns"));
}

TEST_F(ListColumnNames, MayBeNamedForAListWithoutAHeader) {
    EXPECT_THAT(labels(read("a.jpg,x\nb.jpg,y\n", {.columns = {"image_path", "label"}})),
                ElementsAre("a.jpg=x", "b.jpg=y"));
}

// --- Rows ------------------------------------------------------------------------------------------------------------

TEST_F(ListRows, ThatAreWrongAreListedAllAtOnce) {
    EXPECT_EQ(
        error("image_path,label\na.jpg,cat\nz.jpg,cat\n,dog\nb.jpg,\nsub,dog\na.jpg,dog\nhttp://x.org/c.jpg,dog\n"),
        "6 of 7 rows cannot be used:\n"
        "  line 3: z.jpg: there is no such file\n"
        "  line 4: has no path\n"
        "  line 5: has no label\n"
        "  line 6: sub: is a folder\n"
        "  line 7: a.jpg: is labelled dog, in line 2 it is cat\n"
        "  line 8: http://x.org/c.jpg: is an address, and graft reads files: download the images first\n"
        "Paths are looked for below " +
            folder_.path().string() +
            "; another folder: /data/list/root; to leave missing images out: \"/data/on_bad_image\": \"skip\"");
}

TEST_F(ListRows, AreNamedUpToTwenty) {
    std::string text = "image_path,label\n";
    for (int i = 0; i < 1234; ++i) text += "z" + std::to_string(i) + ".jpg,x\n";
    const std::string message = error(text);
    EXPECT_THAT(message, StartsWith("1,234 of 1,234 rows cannot be used:\n  line 2: z0.jpg: there is no such file\n"));
    EXPECT_THAT(message, HasSubstr("\n  line 21: z19.jpg: there is no such file\n  and 1,214 more\nPaths are"));
}

TEST_F(ListRows, ThatSayTheSameAgainAreOneSample) {
    const ListedImages listed = read("image_path,label\na.jpg,x\n./a.jpg,x\nb.jpg,y\n");
    EXPECT_THAT(labels(listed), ElementsAre("a.jpg=x", "b.jpg=y"));
    EXPECT_THAT(listed.images.remarks.notes[1], HasSubstr("1 row repeats an earlier one: each image is used once"));
}

TEST_F(ListRows, OfMissingFilesAreKeptWhereTheyWillBeSkipped) {
    const ListedImages listed = read("image_path,label\na.jpg,x\nz.jpg,y\n", {}, {.missing_files = OnBadImage::skip});
    EXPECT_THAT(labels(listed), ElementsAre("a.jpg=x", "z.jpg=y"));
}

TEST_F(ListRows, OfNothingAreAnError) { EXPECT_EQ(error("image_path,label\n"), "no image that can be used"); }

// --- Parts -----------------------------------------------------------------------------------------------------------

TEST_F(ListSplit, GoesByTheUsualWordsOrGivenOnes) {
    ListedImages listed = read("image_path,label,split\na.jpg,x,train\nb.jpg,y,VAL\nc.jpg,y,test\nd.jpg,y,training\n",
                               {.split_column = "split"});
    EXPECT_THAT(listed.parts, ElementsAre(PartKind::train, PartKind::validation, PartKind::test, PartKind::train));
    EXPECT_EQ(take_part(listed, PartKind::train).size(), 2);
    EXPECT_EQ(take_part(listed, PartKind::test).at(0).name, "c.jpg");
    EXPECT_THAT(read("image_path,label,fold\na.jpg,x,0\nb.jpg,y,1\nc.jpg,y,4\n",
                     {.split_column = "fold", .train_values = {"0", "1"}, .test_values = {"4"}})
                    .parts,
                ElementsAre(PartKind::train, PartKind::train, PartKind::test));
}

TEST_F(ListSplit, RefusesOtherWordsAndAnImageInTwoParts) {
    EXPECT_EQ(
        error("image_path,label,split\na.jpg,x,train\nb.jpg,y,tset\na.jpg,x,test\n", {.split_column = "split"}),
        "2 of 3 rows cannot be used:\n  line 3: the split \"tset\" is none of train, validation and test; other words "
        "for them: /data/list/train_values\n  line 4: a.jpg: belongs to test, in line 2 to train");
}

// --- Targets ---------------------------------------------------------------------------------------------------------

TEST_F(ListTargets, OfOneColumnWithASeparatorAreSets) {
    const ListedImages listed = read("image_path,label\na.jpg,sun|sea\nb.jpg,\nc.jpg,sea | sky|sea\n",
                                     {.label_separator = "|"}, {.kind = TargetKind::labels});
    EXPECT_THAT(listed.images.classes, ElementsAre("sea", "sky", "sun"));
    EXPECT_THAT(listed.images.samples[0].values, ElementsAre(1, 0, 1));
    EXPECT_THAT(listed.images.samples[1].values, ElementsAre(0, 0, 0));
    EXPECT_THAT(listed.images.samples[2].values, ElementsAre(1, 1, 0));
    EXPECT_EQ(listed.images.targets, TargetKind::labels);
}

TEST_F(ListTargets, OfJsonLinesAreLists) {
    file_ = "list.jsonl";
    const ListedImages listed =
        read("{\"image_path\":\"a.jpg\",\"label\":[\"sun\",\"sea\"]}\n{\"image_path\":\"b.jpg\",\"label\":[]}\n", {},
             {.kind = TargetKind::labels});
    EXPECT_THAT(listed.images.samples[0].values, ElementsAre(1, 1));
    EXPECT_THAT(listed.images.samples[1].values, ElementsAre(0, 0));
    EXPECT_THAT(error("{\"image_path\":\"a.jpg\",\"label\":null}\n", {}, {.kind = TargetKind::labels}),
                HasSubstr("line 1: has no list of labels; [] where it has none"));
    EXPECT_THAT(error("{\"image_path\":\"a.jpg\",\"label\":[\"x\"]}\n"), HasSubstr("has a list of labels"));
}

TEST_F(ListTargets, OfSeveralColumnsMayBeUnknown) {
    const ListedImages listed = read("image_path,cat,dog\na.jpg,1,0\nb.jpg,,True\nc.jpg,0.0,1.0\n",
                                     {.label_columns = {"dog", "cat"}}, {.kind = TargetKind::labels});
    EXPECT_THAT(listed.images.classes, ElementsAre("dog", "cat"));
    EXPECT_THAT(listed.images.samples[0].values, ElementsAre(0, 1));
    EXPECT_THAT(listed.images.samples[1].values, ElementsAre(Eq(1), IsNan()));
    EXPECT_THAT(listed.images.samples[2].values, ElementsAre(1, 0));
    EXPECT_EQ(
        error("image_path,cat\na.jpg,-1\n", {.label_columns = {"cat"}}, {.kind = TargetKind::labels}),
        "1 of 1 row cannot be used:\n  line 2: cat: expected 1 or true, 0 or false, or nothing where it is not known; "
        "found \"-1\"");
}

TEST_F(ListTargets, OfSeveralColumnsAreBoundByName) {
    const ListRequest request{.kind = TargetKind::labels, .classes = {"cat", "dog"}};
    const ListedImages listed = read("image_path,dog,cat\na.jpg,1,0\n", {.label_columns = {"dog", "cat"}}, request);
    EXPECT_THAT(listed.images.samples[0].values, ElementsAre(0, 1));
    EXPECT_EQ(error("image_path,dog,bird\na.jpg,1,0\n", {.label_columns = {"dog", "bird"}}, request),
              "the class \"cat\" has no column: with label_columns each class needs one, which may be empty; the "
              "columns are \"dog\", \"bird\"");
    EXPECT_EQ(error("image_path,ago\na.jpg,1\n", {.target_columns = {"ago"}},
                    {.kind = TargetKind::numbers, .classes = {"age"}}),
              "the number \"age\" has no column (did you mean \"ago\"?): with target_columns each number needs one, "
              "which may be empty; the columns are \"ago\"");
}

TEST_F(ListTargets, OfRegressionAreNumbers) {
    const ListedImages listed = read("image_path,age,height\na.jpg,34,1.75\nb.jpg,+7,\nc.jpg,1e2,-0.5\n",
                                     {.target_columns = {"age", "height"}}, {.kind = TargetKind::numbers});
    EXPECT_THAT(listed.images.classes, ElementsAre("age", "height"));
    EXPECT_THAT(listed.images.samples[0].values, ElementsAre(34, 1.75F));
    EXPECT_THAT(listed.images.samples[1].values, ElementsAre(Eq(7), IsNan()));
    EXPECT_THAT(listed.images.samples[2].values, ElementsAre(100, -0.5F));
    EXPECT_EQ(error("image_path;age\na.jpg;3,5\nb.jpg;old\nc.jpg;inf\nd.jpg;1e60\n",
                    {.delimiter = ";", .target_columns = {"age"}}, {.kind = TargetKind::numbers}),
              "4 of 4 rows cannot be used:\n"
              "  line 2: age: \"3,5\" is no number; the decimal point is a point\n"
              "  line 3: age: \"old\" is no number; where it is not known, leave the cell empty\n"
              "  line 4: age: \"inf\" is no number; where it is not known, leave the cell empty\n"
              "  line 5: age: 1e60 is beyond the numbers that networks compute with (float32: 1.2e-38 to 3.4e38)");
}

TEST_F(ListTargets, BeyondTheRangeOfNetworksAreNotTakenForText) {
    const char* beyond = " is beyond the numbers that networks compute with (float32: 1.2e-38 to 3.4e38)";
    for (const char* number : {"3.5e38", "-3.5e38", "1e400", "1e-400", "1e99999"})
        EXPECT_THAT(error(std::string("image_path,age\na.jpg,") + number + "\n", {.target_columns = {"age"}},
                          {.kind = TargetKind::numbers}),
                    EndsWith("line 2: age: " + (number + std::string(beyond))));
    for (const char* number : {"1e39", "1e-60", "1e400"})
        EXPECT_THAT(error(std::string("image_path,label,w\na.jpg,x,") + number + "\n", {.weight_column = "w"}),
                    EndsWith("line 2: w: " + (number + std::string(beyond))));
    EXPECT_THAT(error("image_path,label,w\na.jpg,x,-1e39\n", {.weight_column = "w"}),
                HasSubstr("w: expected a weight, a number above 0, or nothing for 1; found \"-1e39\""));
}

TEST_F(ListTargets, ThatLookLikeSeveralAreRemarkedOn) {
    const std::string text = "image_path,label\na.jpg,sun;sea\nb.jpg,sea\nc.jpg,sky\n";
    const std::string remark =
        (folder_ / file_).string() +
        ": \"sun;sea\" looks like several labels with ; between them: then set /data/list/label_separator to \";\"";
    EXPECT_THAT(read(text).images.remarks.warnings, ElementsAre(remark + ", and \"task\": \"multi_label\""));
    EXPECT_THAT(read(text, {}, {.kind = TargetKind::labels}).images.remarks.warnings, ElementsAre(remark));
    EXPECT_THAT(read(text, {.label_separator = ";"}, {.kind = TargetKind::labels}).images.remarks.warnings, IsEmpty());
    const std::string commas = "image_path,label\na.jpg,\"crane, bird\"\nb.jpg,\"crane, lorry\"\n";
    EXPECT_THAT(read(commas).images.remarks.warnings, IsEmpty());  // a name of one class may have one
    EXPECT_THAT(read(commas, {}, {.kind = TargetKind::labels}).images.remarks.warnings,
                ElementsAre(HasSubstr("\"crane, bird\" looks like several labels with , between them")));
    EXPECT_THAT(
        error(text, {}, {.kind = TargetKind::labels, .classes = {"sea", "sky", "sun"}}, {.asked_by = AskedBy::command}),
        HasSubstr("\n\"sun;sea\" looks like several labels with ; between them: then add --list "
                  "'label_separator=;'"));
}

TEST_F(ListTargets, MayHaveABarInALabelAsGraftWritesIt) {
    const ListedImages listed = read("image_path,label\na.jpg,a\\x7Cb|c\nb.jpg,c\n", {.label_separator = "|"},
                                     {.kind = TargetKind::labels, .classes = {"c", "a|b"}});
    EXPECT_THAT(listed.images.samples[0].values, ElementsAre(1, 1));
    EXPECT_THAT(listed.images.samples[1].values, ElementsAre(1, 0));
}

TEST_F(ListTargets, AreRefusedWhereAnotherTaskNeedsThem) {
    const std::string text = "image_path,label\na.jpg,1\n";
    EXPECT_EQ(error(text, {.label_columns = {"label"}}),
              "/data/list/label_columns is for multi_label, and its images are asked for one class");
    EXPECT_EQ(error(text, {.label_separator = "|"}),
              "/data/list/label_separator is for multi_label, and its images are asked for one class");
    EXPECT_EQ(error(text, {.target_columns = {"label"}}, {.kind = TargetKind::labels}),
              "/data/list/target_columns is for regression, and its images are asked for several labels");
    EXPECT_THAT(error(text, {}, {.kind = TargetKind::numbers}),
                StartsWith("which of its columns are the numbers is not said: set /data/list/target_columns"));
}

// --- What Excel and pandas leave in lists ----------------------------------------------------------------------------

TEST_F(ListOfAHabit, SemicolonsAreNamed) {
    EXPECT_THAT(error("image_path;label\na.jpg;x\n"),
                HasSubstr("\nIs a semicolon between the cells? Then set /data/list/delimiter to \";\""));
    EXPECT_THAT(error("image_path;label\na.jpg;x\n", {}, {}, {.asked_by = AskedBy::command}),
                HasSubstr("\nIs a semicolon between the cells? Then add --list 'delimiter=;'\n"));
    EXPECT_THAT(labels(read("image_path;label\na.jpg;x\nb.jpg;y\n", {.delimiter = ";"})),
                ElementsAre("a.jpg=x", "b.jpg=y"));
    EXPECT_THAT(error("image_path\tlabel\na.jpg\tx\n"), HasSubstr("set /data/list/delimiter to \"\\t\""));
}

TEST_F(ListOfAHabit, PandasIndexColumnIsNotInTheWay) {
    EXPECT_THAT(labels(read(",image_path,label\n0,a.jpg,x\n1,b.jpg,y\n")), ElementsAre("a.jpg=x", "b.jpg=y"));
    EXPECT_THAT(labels(read("Unnamed: 0,image_path,label\n0,a.jpg,x\n1,b.jpg,y\n")), ElementsAre("a.jpg=x", "b.jpg=y"));
}

TEST_F(ListOfAHabit, MarkQuotedHeaderSpacesAndEmptyLinesAreNotInTheWay) {
    EXPECT_THAT(labels(read("\xEF\xBB\xBF\"image_path\", \"label\"\r\n\"a.jpg\", x\r\nb.jpg, y \r\n,\r\n\r\n\r\n")),
                ElementsAre("a.jpg=x", "b.jpg=y"));
}

TEST_F(ListOfAHabit, WindowsPathsAreReadWithANote) {
    const ListedImages listed = read("image_path,label\nsub\\e.jpg,x\n.\\a.jpg,y\n");
    EXPECT_THAT(labels(listed), ElementsAre("sub/e.jpg=x", "a.jpg=y"));
    EXPECT_THAT(listed.images.remarks.notes[1], HasSubstr("2 paths have backslashes, read as slashes"));
    EXPECT_THAT(error("image_path,label\nC:\\pictures\\a.jpg,x\n"),
                HasSubstr("line 2: C:\\pictures\\a.jpg: there is no such file"));
}

TEST_F(ListOfAHabit, WhatGraftItselfWroteIsRead) {
    folder_.write("Bl\xFCte.jpg", "");
    EXPECT_EQ(read("image_path,label\nBl\\xFCte.jpg,x\nb.jpg,y\n").images.samples[0].name, "Bl\\xFCte.jpg");
}

TEST_F(List, OfPathsKeepsEveryRowAsItIsWritten) {
    const ListedPathList list =
        read_list_paths(folder_.write("l.csv", "id,image_path\n1,b.jpg\n2,sub\\e.jpg\n3,z.jpg\n4,b.jpg\n"), {});
    std::vector<std::string> written, files;
    for (const ListedPath& path : list.paths) {
        written.push_back(path.written);
        files.push_back(path.file);
    }
    EXPECT_THAT(written, ElementsAre("b.jpg", "sub\\e.jpg", "z.jpg", "b.jpg"));
    EXPECT_THAT(files, ElementsAre((folder_ / "b.jpg").string(), (folder_ / "sub/e.jpg").string(),
                                   (folder_ / "z.jpg").string(), (folder_ / "b.jpg").string()));
}

// --- Damage ----------------------------------------------------------------------------------------------------------

/// What lists of strangers may hold, in the formats' own letters.
std::string damaged(std::string text, Rng& rng) {
    static constexpr std::string_view kLetters = "\"\"\n\r,;|\t\\ {}[]:0x\xC3\xFF./~";
    for (std::uint64_t changes = 1 + rng.below(3); changes > 0 && !text.empty(); --changes) {
        const std::size_t at = rng.below(text.size());
        const char letter = kLetters[rng.below(kLetters.size())];
        switch (rng.below(4)) {
            case 0: text[at] = letter; break;
            case 1: text.insert(at, 1, letter); break;
            case 2: text.erase(at, 1 + rng.below(8)); break;
            default: text.insert(rng.below(text.size()), text.substr(at, rng.below(40)));
        }
    }
    return text;
}

TEST(DamagedList, IsReadOrRefusedAndEverySampleIsWhole) {
    struct Reading {
        const char *name, *text;
        TargetKind kind;
        ListOptions options;
    };
    const Reading readings[] = {
        {"a.csv", "image_path,label\na.jpg,cat\n\"b \"\"1\"\".jpg\",dog\nc.jpg,cat\n", TargetKind::one_class, {}},
        {"a.csv",
         "filename;class\r\na.jpg;x|y\r\n\r\nb.jpg;\r\n",
         TargetKind::labels,
         {.delimiter = ";", .label_separator = "|"}},
        {"a.csv", "image_path,x,y\na.jpg,1,\n\"b\n.jpg\",true,0\n", TargetKind::labels, {.label_columns = {"x", "y"}}},
        {"a.csv",
         "image_path,age,split\na.jpg,1.5,train\nsub\\b.jpg,,val\n",
         TargetKind::numbers,
         {.target_columns = {"age"}, .split_column = "split"}},
        {"a.jsonl",
         "{\"file_name\":\"a.jpg\",\"label\":3}\n{\"file_name\":\"b.jpg\",\"label\":\"x\"}\n",
         TargetKind::one_class,
         {}},
        {"a.jsonl",
         "{\"image_path\":\"a.jpg\",\"label\":[\"x\",\"y\"]}\n{\"image_path\":\"b.jpg\",\"label\":[]}\n",
         TargetKind::labels,
         {}}};
    Rng rng(15);
    int read = 0, refused = 0;
    for (int round = 0; round < 6000; ++round) {
        const Reading& reading = readings[round % 6];
        const ListRequest request{.kind = reading.kind, .missing_files = OnBadImage::skip};
        try {
            const ImageFolder images =
                read_list_bytes(damaged(reading.text, rng), reading.name, reading.options, request).images;
            for (const Sample& sample : images.samples) {
                ASSERT_FALSE(sample.name.empty());
                if (reading.kind == TargetKind::one_class)
                    ASSERT_LT(static_cast<std::size_t>(sample.label), images.classes.size());
                else
                    ASSERT_EQ(sample.values.size(), images.classes.size());
            }
            ++read;
        } catch (const DataError&) {
            ++refused;
        }
    }
    EXPECT_GT(read, 600);
    EXPECT_GT(refused, 600);
}

}  // namespace
}  // namespace graft
