#include "data/split.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "config/read.hpp"
#include "core/hash.hpp"
#include "data/sample_names.hpp"
#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using testing::error_message;
using ::testing::IsEmpty;
using testing::names_of;
using ::testing::StartsWith;
using testing::TemporaryFolder;

/// A folder as scan_image_folder would find it, without files. Names begin with the class.
ImageFolder folder_of(const std::vector<std::string>& classes, std::vector<std::string> names) {
    ImageFolder folder{.root = "data/train", .classes = classes};
    std::ranges::sort(names);
    for (const std::string& name : names) {
        const auto label = std::ranges::find(classes, name.substr(0, name.find('/'))) - classes.begin();
        folder.samples.push_back({.file = folder.root / name, .name = name, .label = label, .id = stable_id(name)});
    }
    return folder;
}

/// "cat/0.jpg" … "cat/<count-1>.jpg", in the order of their numbers.
std::vector<std::string> numbered(const std::string& name, int count) {
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i) names.push_back(name + "/" + std::to_string(i) + ".jpg");
    return names;
}

ImageFolder cats_and_dogs(int cats, int dogs) {
    std::vector<std::string> names = numbered("cat", cats);
    std::ranges::copy(numbered("dog", dogs), std::back_inserter(names));
    return folder_of({"cat", "dog"}, names);
}

std::vector<std::string> validation_names(const ImageFolder& folder, const SplitOptions& options) {
    return names_of(split_samples(folder, options).validation);
}

std::string split_error(const ImageFolder& folder, const SplitOptions& options) {
    return error_message<Error>([&] { (void)split_samples(folder, options); });
}

TEST(Split, LeavesEverythingToTrainOnByDefault) {
    const Split split = split_samples(cats_and_dogs(3, 2), {});
    EXPECT_THAT(names_of(split.train), ElementsAre("cat/0.jpg", "cat/1.jpg", "cat/2.jpg", "dog/0.jpg", "dog/1.jpg"));
    EXPECT_THAT(split.validation, IsEmpty());
}

TEST(KerasSplit, TakesTheFirstFilesOfEachClassByName) {
    const ImageFolder folder = cats_and_dogs(11, 5);  // "cat/10.jpg" comes before "cat/2.jpg"
    EXPECT_THAT(validation_names(folder, {.validation_split = 0.3, .split = SplitRule::keras}),
                ElementsAre("cat/0.jpg", "cat/1.jpg", "cat/10.jpg", "dog/0.jpg"));
}

TEST(KerasSplit, RoundsDownAsPythonDoes) {
    struct Vector {
        double share;
        int images;
        std::size_t validate;  // int(share * images) in Python
    };
    for (const Vector vector : {Vector{0.2, 5, 1},
                                {0.2, 9, 1},
                                {0.2, 4, 0},
                                {0.1, 10, 1},
                                {0.3, 10, 3},
                                {0.29, 100, 28},
                                {0.99, 100, 99},
                                {0.7, 10, 7}}) {
        const ImageFolder folder = cats_and_dogs(vector.images, 200);
        const Split split = split_samples(folder, {.validation_split = vector.share, .split = SplitRule::keras});
        EXPECT_EQ(count_per_class(split.validation, 2)[0], vector.validate) << vector.share << " " << vector.images;
    }
}

TEST(HashSplit, OrdersFilesByTheHashOfTheirNames) {
    // By SHA-256: cat 3, 8, 0, 1, 5, …; dog 6, 9, 4, 2, 5, …
    EXPECT_THAT(validation_names(cats_and_dogs(10, 10), {.validation_split = 0.3}),
                ElementsAre("cat/0.jpg", "cat/3.jpg", "cat/8.jpg", "dog/4.jpg", "dog/6.jpg", "dog/9.jpg"));
}

TEST(HashSplit, RoundsToTheNearestNumberOfFilesPerClass) {
    const auto counts = [](double share, int cats, int dogs) {
        const Split split = split_samples(cats_and_dogs(cats, dogs), {.validation_split = share});
        EXPECT_EQ(split.train.size() + split.validation.size(), static_cast<std::size_t>(cats + dogs));
        return count_per_class(split.validation, 2);
    };
    EXPECT_THAT(counts(0.2, 12, 13), ElementsAre(2, 3));
    EXPECT_THAT(counts(0.5, 3, 4), ElementsAre(2, 2));
    EXPECT_THAT(counts(0.2, 2, 10), ElementsAre(0, 2));
}

TEST(HashSplit, MovesAtMostAsManyFilesAsAreAdded) {
    const SplitOptions options{.validation_split = 0.2};
    const std::vector<std::string> before = validation_names(cats_and_dogs(100, 50), options);
    for (const int added : {1, 5, 20}) {
        const std::vector<std::string> after = validation_names(cats_and_dogs(100 + added, 50), options);
        std::vector<std::string> left, came;
        std::ranges::set_difference(before, after, std::back_inserter(left));
        std::ranges::set_difference(after, before, std::back_inserter(came));
        EXPECT_LE(left.size(), static_cast<std::size_t>(added));
        EXPECT_LE(came.size(), static_cast<std::size_t>(added));
        for (const std::string& name : left) EXPECT_THAT(name, StartsWith("cat/"));
        for (const std::string& name : came) EXPECT_THAT(name, StartsWith("cat/"));
    }
}

TEST(HashSplit, DoesNotDependOnOtherClasses) {
    const SplitOptions options{.validation_split = 0.3};
    const std::vector<std::string> few = validation_names(cats_and_dogs(10, 10), options);
    const std::vector<std::string> many = validation_names(cats_and_dogs(10, 90), options);
    EXPECT_TRUE(std::equal(few.begin(), few.begin() + 3, many.begin(), many.begin() + 3));
}

TEST(Split, KeepsTheOrderOfTheFolderAndLosesNothing) {
    const ImageFolder folder = cats_and_dogs(30, 20);
    const Split split = split_samples(folder, {.validation_split = 0.4});
    for (const std::vector<Sample>* part : {&split.train, &split.validation})
        EXPECT_TRUE(std::ranges::is_sorted(*part, {}, &Sample::name));
    std::vector<std::string> all = names_of(split.train);
    std::ranges::copy(names_of(split.validation), std::back_inserter(all));
    std::ranges::sort(all);
    EXPECT_EQ(all, names_of(folder.samples));
}

/// Three pictures of each of eight people, in two classes. The hashes of anna, ben, dora, emil and hans, as fractions,
/// are 0.33, 0.40, 0.41, 0.03 and 0.39; those of the others are above 0.73.
ImageFolder people() {
    std::vector<std::string> names;
    for (const char* person : {"anna", "ben", "cleo", "dora", "emil", "fritz", "gerd", "hans"})
        for (const char* picture : {"well/%_1.jpg", "well/%_2.jpg", "ill/%_3.jpg"}) {
            std::string name = picture;
            names.push_back(name.replace(name.find('%'), 1, person));
        }
    return folder_of({"ill", "well"}, names);
}

TEST(GroupSplit, KeepsGroupsTogetherAcrossClasses) {
    EXPECT_THAT(validation_names(people(), {.validation_split = 0.35, .group_pattern = "/(\\w+)_\\d"}),
                ElementsAre("ill/anna_3.jpg", "ill/emil_3.jpg", "well/anna_1.jpg", "well/anna_2.jpg", "well/emil_1.jpg",
                            "well/emil_2.jpg"));
}

TEST(GroupSplit, TakesTheWholeMatchWhereThePatternHasNoGroup) {
    const SplitOptions options{.validation_split = 0.35, .group_pattern = "[a-z]+(?=_)"};
    EXPECT_THAT(validation_names(people(), options), ::testing::SizeIs(6));
}

TEST(GroupSplit, NeverMovesAGroupWhenFilesAreAdded) {
    const SplitOptions options{.validation_split = 0.35, .group_pattern = "/(\\w+)_\\d"};
    ImageFolder folder = people();
    const std::vector<std::string> before = validation_names(folder, options);
    std::vector<std::string> names = names_of(folder.samples);
    for (int i = 0; i < 50; ++i) names.push_back("ill/new" + std::to_string(i) + "_1.jpg");
    std::vector<std::string> after = validation_names(folder_of({"ill", "well"}, names), options);
    EXPECT_GT(after.size(), before.size());
    std::erase_if(after, [](const std::string& name) { return name.starts_with("ill/new"); });
    EXPECT_EQ(after, before);
}

TEST(GroupSplit, TakesAFileThatThePatternDoesNotMatchForAGroupOfItsOwn) {
    const SplitOptions options{.validation_split = 0.5, .group_pattern = "patient(\\d+)"};
    const ImageFolder folder = cats_and_dogs(20, 20);
    for (const std::string& name : validation_names(folder, options))
        EXPECT_LT(static_cast<double>(stable_id(name)), 0.5 * 0x1.0p64);
    EXPECT_THAT(validation_names(folder, options), ::testing::Not(IsEmpty()));
}

TEST(GroupSplit, RefusesAPatternThatIsNone) {
    EXPECT_THAT(error_message<ConfigError>(
                    [] { (void)split_samples(people(), {.validation_split = 0.2, .group_pattern = "(["}); }),
                StartsWith("/data/group_pattern: \"([\" is not a regular expression: "));
}

TEST(SplitFile, GivesTheSameSplitAgain) {
    const TemporaryFolder folder;
    const ImageFolder images = cats_and_dogs(10, 10);
    const Split split = split_samples(images, {.validation_split = 0.3});
    const auto file = folder.write("split.json", split_as_json(split, images.classes));
    const Split again = split_samples(images, {.split_file = file.string()});
    EXPECT_EQ(names_of(again.validation), names_of(split.validation));
    EXPECT_EQ(names_of(again.train), names_of(split.train));
}

TEST(SplitFile, MayLeaveNothingToValidateOn) {
    const TemporaryFolder folder;
    const ImageFolder images = cats_and_dogs(1, 1);
    const auto file = folder.write("split.json", R"({"train": ["cat/0.jpg", "dog/0.jpg"], "validation": []})");
    EXPECT_THAT(validation_names(images, {.split_file = file.string()}), IsEmpty());
}

TEST(SplitFile, HoldsTheClassesAndTheNamesInEitherPart) {
    const ImageFolder images = cats_and_dogs(2, 2);
    const Split split = split_samples(images, {.validation_split = 0.5, .split = SplitRule::keras});
    EXPECT_EQ(parse_json(split_as_json(split, images.classes), "split.json").dump(),
              R"({"classes":["cat","dog"],"train":["cat/1.jpg","dog/1.jpg"],"validation":["cat/0.jpg","dog/0.jpg"]})");
}

struct WrongSplitFile {
    const char* content;
    const char* problem;  // after "<file>: "
};
class WrongSplitFiles : public ::testing::TestWithParam<WrongSplitFile> {};

TEST_P(WrongSplitFiles, AreRefused) {
    const TemporaryFolder folder;
    const auto file = folder.write("split.json", GetParam().content);
    EXPECT_THAT(split_error(cats_and_dogs(1, 1), {.split_file = file.string()}),
                StartsWith(file.string() + ": " + GetParam().problem));
}

constexpr WrongSplitFile kWrongSplitFiles[] = {
    {"{", "not valid JSON: at line 1"},
    {"[]", "expected a list /train of image names"},
    {R"({"validation": []})", "expected a list /train of image names"},
    {R"({"train": []})", "expected a list /validation of image names"},
    {R"({"train": "all", "validation": []})", "expected a list /train of image names"},
    {R"({"train": [1], "validation": []})", "/train holds 1, expected names"},
    {R"({"train": ["cat/0.jpg"], "validation": []})", "does not say to which part data/train/dog/0.jpg belongs"},
    {R"({"train": ["cat/0.jpg", "dog/0.jpg"], "validation": ["dog/0.jpg"]})", "puts dog/0.jpg in both parts"},
    {R"({"train": ["cat/0.jpg", "dog/0.jpg", "dog/9.jpg"], "validation": []})", "dog/9.jpg is not in data/train"},
    {R"({"train": ["cat/0.jpg", "dog/0.jpg"], "validation": ["emu/1.jpg"]})", "emu/1.jpg is not in data/train"},
};
INSTANTIATE_TEST_SUITE_P(SplitFile, WrongSplitFiles, ::testing::ValuesIn(kWrongSplitFiles));

TEST(SplitFile, MustBeThere) {
    const TemporaryFolder folder;
    const std::string file = (folder / "absent.json").string();
    EXPECT_EQ(split_error(cats_and_dogs(1, 1), {.split_file = file}),
              file + ": cannot be read: No such file or directory");
}

TEST(Split, RefusesToLeaveAClassWithoutTrainingImages) {
    const std::string message = "data/train: the split leaves no image of class dog to train on";
    EXPECT_EQ(split_error(cats_and_dogs(10, 1), {.validation_split = 0.6}), message);
    const TemporaryFolder folder;
    const auto file = folder.write("split.json", R"({"train": ["cat/0.jpg"], "validation": ["dog/0.jpg"]})");
    EXPECT_EQ(split_error(cats_and_dogs(1, 1), {.split_file = file.string()}), message);
}

TEST(Split, RefusesAShareThatLeavesNothingToValidateOn) {
    EXPECT_EQ(
        split_error(cats_and_dogs(3, 3), {.validation_split = 0.1}),
        "data/train: /data/validation_split 0.1 of 6 images leaves none to validate on: use a larger share, or 0");
}

TEST(SplitOptions, AreReadFromAConfig) {
    SplitOptions options;
    const auto describe_options = [&](Fields& fields) { describe(fields, options); };
    EXPECT_THAT(
        read_options({{"validation_split", 0.2}, {"split", "keras"}, {"split_file", "split.json"}}, describe_options),
        IsEmpty());
    EXPECT_EQ(options.validation_split, 0.2);
    EXPECT_EQ(options.split, SplitRule::keras);
    EXPECT_EQ(options.split_file, "split.json");
    EXPECT_THAT(read_options({{"validation_split", 1}}, describe_options),
                ElementsAre("/validation_split: expected number in [0, 1), got 1"));
}

TEST(SplitFile, HoldsNamesOfAnyBytes) {
    const TemporaryFolder folder;
    for (const char* name :
         {"cat/Bl\xFCte.jpg", "cat/two\nlines.jpg", "cat/\\xFC.jpg", "G\xE4nse/1.jpg", "G\xE4nse/2.jpg"})
        folder.write(std::string("data/") + name, "x");
    const ImageFolder images = scan_image_folder(folder / "data");
    const Split split = split_samples(images, {.validation_split = 0.4});
    ASSERT_FALSE(split.validation.empty());
    const auto file = folder.write("split.json", split_as_json(split, images.classes));
    EXPECT_EQ(parse_json(folder.read("split.json"), "split.json").at("classes").dump(), R"(["G\\xE4nse","cat"])");
    EXPECT_EQ(validation_names(images, {.split_file = file.string()}), names_of(split.validation));
}

TEST(SplitFile, IsReadAsEarlierVersionsWroteIt) {
    const TemporaryFolder folder;
    for (const char* name : {"data/a/1.jpg", "data/a/two\nlines.jpg", "data/b/1.jpg"}) folder.write(name, "x");
    const auto file =
        folder.write("split.json", R"({"train": ["a/1.jpg", "b/1.jpg"], "validation": ["a/two\nlines.jpg"]})");
    EXPECT_THAT(validation_names(scan_image_folder(folder / "data"), {.split_file = file.string()}),
                ElementsAre("a/two\\x0Alines.jpg"));
}

// --- Lists -----------------------------------------------------------------------------------------------------------

/// A list: its samples are in its own order.
ImageFolder list_of(std::vector<Sample> samples, std::vector<std::string> classes) {
    ImageFolder list{
        .root = "train.csv", .classes = std::move(classes), .samples = std::move(samples), .is_list = true};
    for (Sample& sample : list.samples) sample.id = stable_id(sample.name);
    return list;
}

TEST(Split, KerasTakesTheFirstRowsOfAListAsFlowFromDataframeDoes) {
    const ImageFolder list = list_of({{.name = "z", .label = 0},
                                      {.name = "y", .label = 0},
                                      {.name = "x", .label = 1},
                                      {.name = "b", .label = 1},
                                      {.name = "a", .label = 0}},
                                     {"cat", "dog"});
    EXPECT_THAT(validation_names(list, {.validation_split = 0.5, .split = SplitRule::keras}), ElementsAre("z", "y"));
}

TEST(Split, HashOfAListIsThatOfAFolderWithTheSameNames) {
    const ImageFolder folder = cats_and_dogs(10, 20);
    ImageFolder list = folder;
    list.is_list = true;
    std::ranges::reverse(list.samples);
    const std::vector<std::string> names = validation_names(list, {.validation_split = 0.3});
    EXPECT_THAT(validation_names(folder, {.validation_split = 0.3}), ::testing::UnorderedElementsAreArray(names));
    EXPECT_EQ(names.size(), 9);
}

TEST(Split, KeepsTheGroupsOfAListTogether) {
    std::vector<Sample> samples;
    for (int i = 0; i < 400; ++i)
        samples.push_back({.name = std::to_string(i), .label = i % 2, .group = "patient" + std::to_string(i / 4)});
    const Split split = split_samples(list_of(std::move(samples), {"cat", "dog"}), {.validation_split = 0.25});
    std::set<std::string> train, validation, both;
    for (const Sample& sample : split.train) train.insert(sample.group);
    for (const Sample& sample : split.validation) validation.insert(sample.group);
    std::ranges::set_intersection(train, validation, std::inserter(both, both.end()));
    EXPECT_THAT(both, IsEmpty());
    EXPECT_EQ(train.size() + validation.size(), 100);
    EXPECT_NEAR(static_cast<double>(validation.size()), 25, 15);
}

TEST(Split, LetsAClassBeOfWhichThereIsNoImageYet) {
    ImageFolder folder = cats_and_dogs(10, 10);
    folder.classes.emplace_back("owl");
    EXPECT_EQ(split_samples(folder, {.validation_split = 0.2}).validation.size(), 4);
}

TEST(Split, OfSeveralLabelsLeavesOneOfEachToTrainOn) {
    std::vector<Sample> samples;
    for (int i = 0; i < 10; ++i) samples.push_back({.name = std::to_string(i), .values = {1, i == 0 ? 1.0F : 0.0F}});
    ImageFolder list = list_of(std::move(samples), {"common", "rare"});
    list.targets = TargetKind::labels;
    EXPECT_EQ(split_error(list, {.validation_split = 0.1, .split = SplitRule::keras}),
              "train.csv: the split leaves no image of class rare to train on");
}

}  // namespace
}  // namespace graft
