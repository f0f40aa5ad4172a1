#include "deploy/model_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/files.hpp"
#include "deploy/tiny_model.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ModelFile, OfFormat1IsStillRead) {
    const ModelFile model = load_model(stored_model("format1.pt"));
    EXPECT_THAT(model.info.outputs, ElementsAre("ant", "bee", "cat"));
    EXPECT_EQ(model.info.preprocessing.height, 16);
    EXPECT_EQ(model.info.preprocessing.width, 12);
    EXPECT_EQ(model.info.backbone, "tiny");
    EXPECT_TRUE(model.info.golden.empty());
}

TEST(ModelFile, OfFormat2IsStillRead) {
    const ModelFile model = load_model(stored_model("format2.pt"));
    EXPECT_THAT(model.info.outputs, ElementsAre("ant", "bee", "cat"));
    ASSERT_EQ(model.info.golden.size(), 3U);
    EXPECT_EQ(model.info.golden[0].name, "tiles.png");
    EXPECT_EQ(model.info.golden[0].outputs.size(), 3U);
}

TEST(ModelFile, OfFormat4IsStillRead) {
    const ModelInfo info = load_model(stored_model("format4.pt")).info;
    EXPECT_EQ(info.task, TaskKind::multi_label);
    EXPECT_THAT(info.outputs, ElementsAre("ant", "bee", "cat"));
    EXPECT_THAT(info.thresholds, ElementsAre(0.25F, 0.5F, 0.5F));
    EXPECT_EQ(to_json(info).at("format_version"), 4);
}

TEST(ModelFile, OfFormat5HasATemperatureAndADecision) {
    const ModelInfo info = load_model(stored_model("format5.pt")).info;
    EXPECT_EQ(info.temperature, 2);
    EXPECT_EQ(info.decision.min_confidence, 0.5);
    EXPECT_THAT(info.outputs, ElementsAre("ant", "bee", "cat"));
    const Json json = to_json(info);
    EXPECT_EQ(json.at("format_version"), 5);
    EXPECT_EQ(json.at("task"), "classification");
    EXPECT_TRUE(json.contains("classes"));
    EXPECT_EQ(json.at("decision").dump(), R"({"min_confidence":0.5,"min_margin":0.0})");
}

TEST(ModelFile, OfClassesIsWrittenInFormat5OnlyWhereItHasSomethingToSay) {
    ModelInfo info = load_model(stored_model("format5.pt")).info;
    info.temperature = 1;
    info.decision = {};
    EXPECT_EQ(to_json(info).at("format_version"), 3);
    EXPECT_FALSE(to_json(info).contains("decision"));
    info.decision.min_margin = 0.1;
    EXPECT_EQ(to_json(info).at("format_version"), 5);
}

TEST(ModelFile, OfFormat6DecidesByDistance) {
    const ModelInfo info = load_model(stored_model("format6.pt")).info;
    EXPECT_EQ(info.decision.max_distance, 0.5);
    ASSERT_TRUE(info.references.has_value());
    const Json json = to_json(info);
    EXPECT_EQ(json.at("format_version"), 6);
    EXPECT_EQ(json.at("references").dump(), R"({"images":2,"length":12,"neighbour":1})");
    const Json without = to_json(without_distance(info));
    EXPECT_EQ(without.at("format_version"), 3);
    EXPECT_FALSE(without.contains("references"));
}

TEST(ModelInfo, DistancesNeedVectorsAndTheOtherWayRound) {
    const Json whole = to_json(load_model(stored_model("format6.pt")).info);
    const auto refusal_of = [](const Json& json) {
        return error_of([&] { static_cast<void>(read_model_info(json.dump(), "m.pt")); });
    };
    Json json = whole;
    json.erase("references");
    EXPECT_EQ(refusal_of(json), "m.pt: graft.json: /references: is missing: one needs the other");
    json = whole;
    json["decision"].erase("max_distance");
    EXPECT_EQ(refusal_of(json), "m.pt: graft.json: /decision/max_distance: is missing: one needs the other");
    json = whole;
    json["references"]["neighbour"] = 3;
    EXPECT_THAT(refusal_of(json), HasSubstr("/references/neighbour: expected an integer in [1, 2]"));
    json = whole;
    json["decision"]["max_distance"] = 2.5;
    EXPECT_THAT(refusal_of(json), HasSubstr("/decision/max_distance"));
}

TEST(ModelInfo, OfAnEarlierFormatHasNoTemperatureWhateverItSays) {
    Json json = to_json(load_model(stored_model("format3.pt")).info);
    json["temperature"] = 3.0;  // nobody ever applied it
    EXPECT_EQ(read_model_info(json.dump(), "m.pt").temperature, 1);
}

TEST(ModelFile, KeepsEverythingWhenItIsWrittenAgain) {
    for (const char* name : {"format2.pt", "format4.pt", "format5.pt", "format6.pt"}) {
        const ModelFile model = load_model(stored_model(name));
        const auto file = testing::fresh_folder() / "again.pt";
        for (const auto& save : {save_model, save_frozen_model}) {
            save(file, model.module, model.info, Present::replaced);
            const ModelInfo again = load_model(file).info;
            EXPECT_EQ(to_json(again), to_json(model.info));
            if (!model.info.references) continue;
            EXPECT_EQ(bytes_of(*again.references), bytes_of(*model.info.references));
        }
    }
}

TEST(ModelFile, GetsGoldenImagesWhenItIsSaved) {
    const ModelFile model = load_model(stored_model("format1.pt"));
    const auto file = testing::fresh_folder() / "new.pt";
    save_model(file, model.module, model.info);
    const ModelInfo found = load_model(file).info;
    EXPECT_EQ(found.golden.size(), 3U);
    EXPECT_EQ(to_json(found), to_json(load_model(stored_model("format3.pt")).info));  // the same ones every time
}

TEST(ModelFile, FrozenGivesTheSameProbabilitiesAndHasNoParameters) {
    const ModelFile model = random_model("efficientnet_lite0", "all");
    const auto file = testing::fresh_folder() / "frozen.pt";
    save_frozen_model(file, model.module, model.info);
    ModelFile frozen = load_model(file);
    EXPECT_EQ(frozen.module.parameters().size(), 0U);
    for (const GoldenImage& golden : frozen.info.golden) EXPECT_EQ(golden.outputs.size(), 3U);
    TorchModule whole = model.module;
    whole.eval();
    const at::NoGradGuard no_grad;
    const at::Tensor input = at::full({2, 3, 64, 64}, 100.0F);
    EXPECT_LT((frozen.module.forward({input}).toTensor() - whole.forward({input}).toTensor()).abs().max().item<float>(),
              1e-5F);
}

TEST(ModelInfo, OfANewerFormatIsRefused) {
    Json json = to_json(load_model(stored_model("format2.pt")).info);
    json["format_version"] = 7;
    EXPECT_THAT(error_of([&] { static_cast<void>(read_model_info(json.dump(), "m.pt")); }),
                HasSubstr("m.pt: is in model format 7; this graft"));
}

/// What is said of the stored model's graft.json with one value changed.
std::string refusal_with(const std::string& pointer, const Json& value) {
    static const Json whole = to_json(load_model(stored_model("format2.pt")).info);
    Json json = whole;
    json[Json::json_pointer(pointer)] = value;
    return error_of([&] { static_cast<void>(read_model_info(json.dump(), "m.pt")); });
}

TEST(ModelInfo, NamesWhatIsMissing) {
    for (const char* pointer :
         {"/format_version", "/graft_version", "/classes", "/preprocessing", "/preprocessing/height",
          "/preprocessing/std", "/temperature", "/backbone", "/backbone/freeze", "/config", "/golden",
          "/golden/1/encoded", "/golden/2/input/samples", "/golden/0/probabilities"}) {
        const Json::json_pointer at(pointer);
        Json json = to_json(load_model(stored_model("format2.pt")).info);
        Json& parent = json[at.parent_pointer()];
        if (parent.is_array())
            parent.erase(std::stoul(at.back()));
        else
            parent.erase(at.back());
        EXPECT_THAT(error_of([&] { static_cast<void>(read_model_info(json.dump(), "m.pt")); }),
                    HasSubstr("m.pt: graft.json: " + std::string(pointer) + ": is missing"));
    }
}

struct WrongValue {
    const char* pointer;
    Json value;
    const char* expected;
};

TEST(ModelInfo, RefusesEveryValueThatIsNotAllowed) {
    const std::string digest(64, 'g');
    const WrongValue wrong_values[] = {
        {"/format_version", -1, "expected an integer in [1, 6], got -1"},
        {"/format_version", 0, "expected an integer in [1, 6], got 0"},
        {"/format_version", 1e30, "expected an integer in [1, 6], got 1e+30"},
        {"/format_version", "3", "expected an integer in [1, 6], got \"3\""},
        {"/graft_version", 1, "expected a string, got 1"},
        {"/classes", "ant", "expected a list of names"},
        {"/classes", Json::array(), "expected a list of 1 to 100,000 items, got []"},
        {"/classes/1", 7, "expected a string, got 7"},
        {"/classes/1", "", "is empty; expected a name"},
        {"/classes/2", "ant", "\"ant\" is there twice; expected names that differ"},
        {"/preprocessing", 1, "expected an object"},
        {"/preprocessing/height", 0, "expected integer in [1, 4096], got 0"},
        {"/preprocessing/width", 1e30, "expected integer in [1, 4096], got 1e+30"},
        {"/preprocessing/width", 100000, "expected integer in [1, 4096], got 100000"},
        {"/preprocessing/crop_fraction", 0, "expected number in (0, 1], got 0"},
        {"/preprocessing/resize", "stretch", "expected one of squash, center_crop, got \"stretch\""},
        {"/preprocessing/interpolation", "lanczos", "expected one of nearest, bilinear, bicubic, got \"lanczos\""},
        {"/preprocessing/mean", {1, 2}, "expected a list of"},
        {"/preprocessing/mean/0", nullptr, "expected number, got null"},
        {"/preprocessing/std/1", 0, "expected number > 0, got 0"},
        {"/preprocessing/colour_order", "BGR", "expected \"RGB\", got \"BGR\""},
        {"/preprocessing/value_range", {0, 1}, "expected [0,255], got [0,1]"},
        {"/temperature", 0, "expected number > 0, got 0"},
        {"/temperature", nullptr, "expected number > 0, got null"},
        {"/backbone", "resnet50", "expected an object, got \"resnet50\""},
        {"/backbone/name", nullptr, "expected a string, got null"},
        {"/config", 3, "expected an object"},
        {"/golden", Json::array(), "expected a list of at least one image"},
        {"/golden/0", 1, "expected an object"},
        {"/golden/0/encoded", "Zm9v!", "is not base64"},
        {"/golden/1/pixels/sha256", digest, "expected 64 hexadecimal digits"},
        {"/golden/1/pixels/samples", Json::array(), "expected a list of 1 to 64 items, got []"},
        {"/golden/1/input/samples/0", 256, "expected number in [0, 255], got 256"},
        {"/golden/2/probabilities", {0.5, 0.5}, "expected a list of"},
        {"/golden/2/probabilities/0", nullptr, "expected number in [0, 1], got null"},
    };
    for (const WrongValue& wrong : wrong_values) {
        const std::string message = refusal_with(wrong.pointer, wrong.value);
        EXPECT_THAT(message, HasSubstr("m.pt: graft.json: " + std::string(wrong.pointer)));
        EXPECT_THAT(message, HasSubstr(wrong.expected)) << wrong.pointer;
    }
}

TEST(ModelInfo, OfAnythingButAnObjectIsRefused) {
    for (const char* text : {"", "{", "[]", "null", "1e999"})
        EXPECT_THAT(error_of([&] { static_cast<void>(read_model_info(text, "m.pt")); }), HasSubstr("m.pt: graft.json"))
            << text;
}

/// The stored model with another graft.json inside.
std::filesystem::path model_with(const Json& info) {
    const auto file = testing::fresh_folder() / "m.pt";
    load_model(stored_model("format2.pt")).module.save(file.string(), {{kModelInfoName, info.dump()}});
    return file;
}

/// The classes of a model that gives three probabilities, and as many in the golden images.
Json info_with_classes(const std::vector<std::string>& classes) {
    ModelInfo info = load_model(stored_model("format2.pt")).info;
    info.outputs = classes;
    for (GoldenImage& golden : info.golden) golden.outputs.assign(classes.size(), 0.5F);
    return to_json(info);
}

TEST(ModelFile, IsRefusedWhenItNamesOtherClassesThanTheNetworkHas) {
    for (const std::vector<std::string>& classes :
         {std::vector<std::string>{"ant", "bee"}, {"ant", "bee", "cat", "dog"}}) {
        const auto file = model_with(info_with_classes(classes));
        EXPECT_EQ(error_of([&] { static_cast<void>(load_model(file)); }),
                  file.string() + ": its network gives Float [1,3] for an input of [1,3,16,12]; graft.json names " +
                      std::to_string(classes.size()) + " classes: expected float32 [1," +
                      std::to_string(classes.size()) + "]");
    }
}

TEST(ModelFile, IsRefusedWhenItsNetworkDoesNotGiveOneTensorOfProbabilities) {
    const Json info = to_json(load_model(stored_model("format2.pt")).info);
    const auto file = testing::fresh_folder() / "m.pt";
    for (const char* expression : {"torch.mean(x, [2, 3]).double()", "torch.mean(x, [2, 3])[0]", "x"}) {
        make_function("Other", expression).save(file.string(), {{kModelInfoName, info.dump()}});
        EXPECT_THAT(error_of([&] { static_cast<void>(load_model(file)); }), HasSubstr(": expected float32 [1,3]"))
            << expression;
    }
    make_function("Failing", "torch.matmul(x, torch.ones([7, 7]))")
        .save(file.string(), {{kModelInfoName, info.dump()}});
    EXPECT_THAT(error_of([&] { static_cast<void>(load_model(file)); }),
                HasSubstr("m.pt: its network does not take [1,3,16,12], the input that graft.json names: "));
}

TEST(ModelFile, IsNotWrittenWithValuesThatAreNoNumbers) {
    const at::NoGradGuard no_grad;
    const auto file = testing::fresh_folder() / "m.pt";
    ModelFile model = load_model(stored_model("format2.pt"));
    const auto parameter = *model.module.named_parameters().begin();
    parameter.value.flatten()[0].fill_(std::numeric_limits<float>::infinity());
    const std::string expected =
        file.string() + ": not written: " + parameter.name + " holds values that are not finite";
    EXPECT_THAT(error_of([&] { save_model(file, model.module, model.info); }), HasSubstr(expected));
    EXPECT_THAT(error_of([&] { save_frozen_model(file, model.module, model.info); }), HasSubstr(expected));
    EXPECT_FALSE(std::filesystem::exists(file));

    ModelFile normalised = random_model("resnet18", "all");
    for (const auto& buffer : normalised.module.named_buffers())
        if (buffer.name.ends_with("running_var")) buffer.value.fill_(std::numeric_limits<float>::quiet_NaN());
    EXPECT_THAT(error_of([&] { save_model(file, normalised.module, normalised.info); }),
                HasSubstr("running_var holds values that are not finite"));
}

/// LibTorch would take the changed number for what was learnt.
TEST(ModelFile, IsRefusedWhenOneBitOfAWeightHasFlipped) {
    std::string bytes = read_file(stored_model("format2.pt"));
    const at::Tensor weight = *load_model(stored_model("format2.pt")).module.parameters().begin();
    const std::string_view values(static_cast<const char*>(weight.const_data_ptr()), weight.nbytes());
    const std::size_t position = bytes.find(values);
    ASSERT_NE(position, std::string::npos);
    bytes[position + 5] ^= 4;
    const auto file = testing::fresh_folder() / "flipped.pt";
    write_file(file, bytes);
    const std::string message = error_of([&] { static_cast<void>(load_model(file)); });
    EXPECT_THAT(message, HasSubstr(file.string() + ": the record \""));
    EXPECT_THAT(message, HasSubstr("is damaged: CRC error"));
}

TEST(ModelFile, IsRefusedWhereverItIsCutOff) {
    const std::string bytes = read_file(stored_model("format2.pt"));
    const auto file = testing::fresh_folder() / "cut.pt";
    for (std::size_t part = 0; part < 64; ++part) {
        write_file(file, bytes.substr(0, bytes.size() * part / 64));
        EXPECT_THAT(error_of([&] { static_cast<void>(load_model(file)); }), HasSubstr(file.string() + ": ")) << part;
    }
}

TEST(ModelFile, IsRefusedWhenItIsAnythingElse) {
    const auto file = testing::fresh_folder() / "other.pt";
    write_file(file, "not a model");
    EXPECT_THAT(error_of([&] { static_cast<void>(load_model(file)); }),
                HasSubstr("expected a model that graft has trained"));
    make_function("Plain", "x").save(file.string());
    EXPECT_THAT(error_of([&] { static_cast<void>(load_model(file)); }),
                HasSubstr("is a TorchScript module without graft.json"));
}

}  // namespace
}  // namespace graft
