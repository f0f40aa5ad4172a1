#include "deploy/model_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/files.hpp"
#include "deploy/tiny_model.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ModelFile, OfFormat1IsStillRead) {
    const ModelFile model = load_model(stored_model("format1.pt"));
    EXPECT_THAT(model.info.classes, ElementsAre("ant", "bee", "cat"));
    EXPECT_EQ(model.info.preprocessing.height, 16);
    EXPECT_EQ(model.info.preprocessing.width, 12);
    EXPECT_EQ(model.info.backbone, "tiny");
    EXPECT_TRUE(model.info.golden.empty());
}

TEST(ModelFile, OfFormat2IsStillRead) {
    const ModelFile model = load_model(stored_model("format2.pt"));
    EXPECT_THAT(model.info.classes, ElementsAre("ant", "bee", "cat"));
    ASSERT_EQ(model.info.golden.size(), 3U);
    EXPECT_EQ(model.info.golden[0].name, "tiles.png");
    EXPECT_EQ(model.info.golden[0].probabilities.size(), 3U);
}

TEST(ModelFile, KeepsEverythingWhenItIsWrittenAgain) {
    const ModelFile model = load_model(stored_model("format2.pt"));
    const auto file = testing::fresh_folder() / "again.pt";
    save_model(file, model.module, model.info);
    EXPECT_EQ(to_json(load_model(file).info), to_json(model.info));
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
    for (const GoldenImage& golden : frozen.info.golden) EXPECT_EQ(golden.probabilities.size(), 3U);
    TorchModule whole = model.module;
    whole.eval();
    const at::NoGradGuard no_grad;
    const at::Tensor input = at::full({2, 3, 64, 64}, 100.0F);
    EXPECT_LT((frozen.module.forward({input}).toTensor() - whole.forward({input}).toTensor()).abs().max().item<float>(),
              1e-5F);
}

TEST(ModelInfo, OfANewerFormatIsRefused) {
    Json json = to_json(load_model(stored_model("format2.pt")).info);
    json["format_version"] = 4;
    EXPECT_THAT(error_of([&] { static_cast<void>(read_model_info(json.dump(), "m.pt")); }),
                HasSubstr("m.pt: is in model format 4; this graft"));
}

TEST(ModelInfo, NamesWhatIsMissing) {
    for (const char* key : {"classes", "preprocessing", "backbone", "golden"}) {
        Json json = to_json(load_model(stored_model("format2.pt")).info);
        json.erase(key);
        const std::string message = error_of([&] { static_cast<void>(read_model_info(json.dump(), "m.pt")); });
        EXPECT_THAT(message, HasSubstr("m.pt: graft.json is incomplete")) << key;
        EXPECT_THAT(message, HasSubstr(key));
    }
}

TEST(ModelInfo, RefusesPreprocessingThatIsNone) {
    Json json = to_json(load_model(stored_model("format2.pt")).info);
    json["preprocessing"]["height"] = 0;
    EXPECT_THAT(error_of([&] { static_cast<void>(read_model_info(json.dump(), "m.pt")); }),
                HasSubstr("m.pt: graft.json: /preprocessing/height"));
    EXPECT_THAT(error_of([&] { static_cast<void>(read_model_info("{", "m.pt")); }), HasSubstr("m.pt: graft.json"));
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
