#include "weights/store/manifest.hpp"

#include <gmock/gmock.h>

#include <set>

#include "config/json.hpp"
#include "error_message.hpp"
#include "graft/core/errors.hpp"

namespace graft::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kEntry = R"({
    "name": "net.imagenet", "architecture": "net", "file": "net-1.pth", "source": "somebody",
    "url": "https://example.invalid/net-1.pth", "licence": "MIT", "sha256": null, "sha256_prefix": "0123abcd",
    "bytes": 1000, "parameters": 240, "imagenet_top1": 0.75,
    "preprocessing": { "height": 200, "width": 240, "resize_shorter_side": 250, "interpolation": "bicubic",
                       "mean": [1, 2, 3], "std": [4, 5, 6] } })";

std::vector<WeightsEntry> read(const std::string& entries) {
    return read_manifest("{\"weights\": [" + entries + "]}", "m.json");
}

/// The problems of one entry, with some of its members changed or (null) removed.
std::vector<std::string> problems_of(const std::string& changes) {
    Json entry = Json::parse(kEntry);
    entry.merge_patch(Json::parse(changes));
    try {
        (void)read(entry.dump());
    } catch (const ConfigError& error) {
        return error.problems();
    }
    return {};
}

TEST(Manifest, IsReadWholly) {
    const WeightsEntry entry = read(kEntry).at(0);
    EXPECT_EQ(entry.name, "net.imagenet");
    EXPECT_EQ(entry.architecture, "net");
    EXPECT_EQ(entry.file, "net-1.pth");
    EXPECT_EQ(entry.source, "somebody");
    EXPECT_EQ(entry.url, "https://example.invalid/net-1.pth");
    EXPECT_EQ(entry.licence, "MIT");
    EXPECT_EQ(entry.sha256, std::nullopt);
    EXPECT_EQ(entry.sha256_prefix, "0123abcd");
    EXPECT_EQ(entry.bytes, 1000);
    EXPECT_EQ(entry.parameters, 240);
    EXPECT_EQ(entry.imagenet_top1, 0.75);
    EXPECT_EQ(entry.preprocessing.height, 200);
    EXPECT_EQ(entry.preprocessing.width, 240);
    EXPECT_EQ(entry.preprocessing.resize_shorter_side, 250);
    EXPECT_EQ(entry.preprocessing.interpolation, Interpolation::bicubic);
    EXPECT_THAT(entry.preprocessing.mean, ElementsAre(1, 2, 3));
    EXPECT_THAT(entry.preprocessing.std, ElementsAre(4, 5, 6));
}

TEST(Manifest, GivesTheShareOfTheMiddleThatIsCutOut) {
    WeightsPreprocessing preprocessing{.height = 224, .width = 224, .resize_shorter_side = 256};
    EXPECT_EQ(preprocessing.crop_fraction(), 0.875);
    preprocessing.resize_shorter_side = 224;
    EXPECT_EQ(preprocessing.crop_fraction(), 1);
    preprocessing.resize_shorter_side.reset();
    EXPECT_EQ(preprocessing.crop_fraction(), std::nullopt);
    EXPECT_EQ(read(kEntry).at(0).preprocessing.crop_fraction(), 0.8);
}

TEST(Manifest, IsReadStrictly) {
    EXPECT_THAT(problems_of(R"({"sha265": "x", "licence": null, "bytes": "10"})"),
                ElementsAre("m.json: /weights/0/licence: is missing and has no default",
                            "m.json: /weights/0/bytes: expected integer >= 1, got \"10\"",
                            "m.json: /weights/0/sha265: unknown key (did you mean \"sha256\"?)"));
    EXPECT_THAT(problems_of(R"({"preprocessing": {"interpolation": "lanczos", "mean": [1, 2], "std": [0, 1, 1]}})"),
                ElementsAre("m.json: /weights/0/preprocessing/interpolation: expected one of nearest, bilinear, "
                            "bicubic, got \"lanczos\"",
                            "m.json: /weights/0/preprocessing/mean: expected a list of 3 items, got [1,2]",
                            "m.json: /weights/0/preprocessing/std/0: expected number > 0, got 0"));
    EXPECT_THAT(problems_of(R"({"imagenet_top1": 75})"),
                ElementsAre("m.json: /weights/0/imagenet_top1: expected number in [0, 1], got 75"));
}

TEST(Manifest, RefusesValuesThatCannotBeMeant) {
    EXPECT_THAT(problems_of(R"({"name": "a b"})"),
                ElementsAre("m.json: /weights/0/name: expected letters, digits, '_', '.' and '-', and not \"random\", "
                            "got \"a b\""));
    EXPECT_THAT(problems_of(R"({"name": "random"})"), ElementsAre(HasSubstr("/name: expected letters")));
    EXPECT_THAT(problems_of(R"({"file": "../net.pth"})"),
                ElementsAre("m.json: /weights/0/file: expected a file's name without folders, got \"../net.pth\""));
    EXPECT_THAT(problems_of(R"({"url": "ftp://x"})"),
                ElementsAre("m.json: /weights/0/url: expected an address that begins with https:// or http://, got "
                            "\"ftp://x\""));
    EXPECT_THAT(problems_of(R"({"sha256_prefix": null, "sha256": "ABC"})"),
                ElementsAre("m.json: /weights/0/sha256: expected 64 lower-case hexadecimal digits, got \"ABC\""));
    EXPECT_THAT(problems_of(R"({"sha256_prefix": "0123abc"})"),
                ElementsAre("m.json: /weights/0/sha256_prefix: expected 8 to 63 lower-case hexadecimal digits, got "
                            "\"0123abc\""));
    EXPECT_THAT(problems_of("{\"sha256\": \"" + std::string(64, 'a') + "\"}"),
                ElementsAre("m.json: /weights/0/sha256_prefix: the whole SHA-256 is there: leave it out"));
    EXPECT_THAT(problems_of(R"({"preprocessing": {"resize_shorter_side": 199}})"),
                ElementsAre("m.json: /weights/0/preprocessing/resize_shorter_side: the input of 240x200 cannot be cut "
                            "out, got 199"));
    EXPECT_THAT(problems_of("{}"), IsEmpty());
}

TEST(Manifest, RefusesNamesAndFilesThatStandThereTwice) {
    Json other = Json::parse(kEntry);
    other["file"] = "net-2.pth";
    EXPECT_EQ(error_message<ConfigError>([&] { (void)read(kEntry + ("," + other.dump())); }),
              "m.json: /weights/1/name: is there already, got \"net.imagenet\"");
    other.merge_patch({{"name", "net.other"}, {"file", "net-1.pth"}});
    EXPECT_EQ(error_message<ConfigError>([&] { (void)read(kEntry + ("," + other.dump())); }),
              "m.json: /weights/1/file: is there already, got \"net-1.pth\"");
}

TEST(Manifest, IsAnObjectWithOneList) {
    for (const char* text : {"[]", "{}", R"({"weights": {}})", R"({"weights": [], "more": 1})"})
        EXPECT_EQ(error_message<ConfigError>([&] { (void)read_manifest(text, "m.json"); }),
                  "m.json: expected an object with one key, \"weights\", a list of entries");
}

TEST(BuiltInManifest, HoldsThePublishedWeights) {
    EXPECT_EQ(weights_manifest().size(), 34);
    const WeightsEntry lite = *find_weights("efficientnet_lite0.imagenet");
    EXPECT_EQ(lite.preprocessing.crop_fraction(), std::nullopt);
    EXPECT_EQ(lite.preprocessing.interpolation, Interpolation::bicubic);
    const WeightsEntry resnet = *default_weights("resnet50");
    EXPECT_EQ(resnet.name, "resnet50.imagenet_v2");
    EXPECT_EQ(resnet.sha256_prefix, "11ad3fa6");
    EXPECT_EQ(resnet.url, "https://download.pytorch.org/models/resnet50-11ad3fa6.pth");
    EXPECT_EQ(resnet.preprocessing.resize_shorter_side, 232);
    EXPECT_FALSE(find_weights("resnet50"));
    EXPECT_FALSE(default_weights("resnet51"));
}

TEST(BuiltInManifest, SaysHowEachFileIsToBeChecked) {
    for (const WeightsEntry& entry : weights_manifest()) {
        EXPECT_TRUE(entry.sha256 || entry.sha256_prefix) << entry.name;
        EXPECT_FALSE(entry.licence.empty()) << entry.name;
        EXPECT_FALSE(entry.source.empty()) << entry.name;
        EXPECT_TRUE(!entry.url || entry.url->ends_with("/" + entry.file)) << entry.name;
    }
}

}  // namespace
}  // namespace graft::testing
