#include "run/embed.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/softmax.h>
#include <c10/core/InferenceMode.h>
#include <gmock/gmock.h>
#include <torch/csrc/jit/api/module.h>

#include <cerrno>
#include <cmath>
#include <opencv2/imgcodecs.hpp>

#include "core/files.hpp"
#include "deploy/model_file.hpp"
#include "environment_variable.hpp"
#include "error_message.hpp"
#include "faults/faults.hpp"
#include "graft/core/errors.hpp"
#include "graft/deploy/predictor.hpp"
#include "image/pictures.hpp"
#include "network/network_input.hpp"
#include "network/tiny_architecture.hpp"
#include "recording_reporter.hpp"
#include "run/kept_vectors.hpp"
#include "run/vectors_file.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::error_message;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class EmbedTest : public ::testing::Test {
protected:
    EmbedTest() {
        folder_.write("1.png", testing::encoded(".png", testing::noise(40, 50)));
        folder_.write("2.png", testing::encoded(".png", testing::smooth(30, 20)));
        folder_.write("note.png", "no picture");
    }
    /// A model of the tiny network, cut there.
    void save_tiny_model(const std::string& freeze) const {
        const GraftedModel grafted =
            graft_model(testing::tiny_backbone(), testing::tiny_preprocessing(), freeze, {.hidden = {8}}, 3, 1);
        TorchModule model = testing::classifier_of(grafted);
        model.eval();
        save_model(folder_ / "model.pt", model,
                   {.outputs = {"ant", "bee", "cat"},
                    .preprocessing = testing::tiny_preprocessing(),
                    .backbone = "tiny",
                    .backbone_hash = "random-3",
                    .freeze = freeze,
                    .config = Json::object()});
    }
    /// What the saved model's head makes of a vector.
    [[nodiscard]] std::vector<float> probabilities_of(std::vector<float> vector) const {
        const c10::InferenceMode inference;
        TorchModule head = load_model(folder_ / "model.pt").module.attr("scion").toModule().attr("head").toModule();
        const at::Tensor row = at::from_blob(vector.data(), {1, static_cast<std::int64_t>(vector.size())}, at::kFloat);
        const at::Tensor probabilities = at::softmax(head.forward({row}).toTensor(), 1);  // [1,3]
        return {probabilities.const_data_ptr<float>(), probabilities.const_data_ptr<float>() + 3};
    }
    [[nodiscard]] Embedder load(const std::string& source) const {
        SilentReporter silent;
        return load_embedder(source, MissingWeights::refuse, {}, silent);
    }
    [[nodiscard]] std::vector<Embedding> embedded(const Embedder& embedder,
                                                  const std::vector<std::string>& names) const {
        std::vector<fs::path> files;
        for (const std::string& name : names) files.push_back(folder_ / name);
        std::vector<Embedding> all;
        EXPECT_EQ(embed_files(embedder, files, {.workers = 2},
                              [&](std::size_t i, const Embedding& embedding) {
                                  EXPECT_EQ(i, all.size());
                                  all.push_back(embedding);
                              }),
                  files.size());
        return all;
    }

    testing::TemporaryFolder folder_;
};

TEST_F(EmbedTest, GivesTheSameInCallsOfSeveralImages) {
    save_tiny_model("all");
    const Embedder alone = load((folder_ / "model.pt").string());
    Embedder together = alone;
    together.network = make_inference(
        graft_model(testing::tiny_backbone(), testing::tiny_preprocessing(), "all", {.hidden = {8}}, 3, 1).trunk,
        example_input(testing::tiny_preprocessing()), {.images_per_call = 3});
    const std::vector<std::string> names = {"1.png", "note.png", "2.png", "2.png", "1.png", "note.png", "note.png"};
    const std::vector<Embedding> expected = embedded(alone, names), found = embedded(together, names);
    ASSERT_EQ(found.size(), names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        EXPECT_EQ(found[i].error, expected[i].error);
        ASSERT_EQ(found[i].values.size(), expected[i].values.size());
        for (std::size_t k = 0; k < found[i].values.size(); ++k)
            EXPECT_NEAR(found[i].values[k], expected[i].values[k], 1e-5) << i;
    }
}

TEST_F(EmbedTest, GivesWhatTheHeadOfAModelIsGiven) {
    for (const char* freeze : {"all", "stem", "none"}) {
        save_tiny_model(freeze);
        const Embedder embedder = load((folder_ / "model.pt").string());
        EXPECT_EQ(embedder.length, 6);
        const std::vector<Embedding> all = embedded(embedder, {"1.png", "2.png"});
        const Predictor predictor(folder_ / "model.pt");
        for (std::size_t i = 0; i < 2; ++i) {
            ASSERT_EQ(all[i].values.size(), 6U);
            const std::vector<float> expected = predictor.predict_file(folder_ / (i == 0 ? "1.png" : "2.png"));
            const std::vector<float> found = probabilities_of(all[i].values);
            for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(found[k], expected[k], 1e-5) << freeze;
        }
        EXPECT_NE(all[0].values, all[1].values);
    }
}

TEST_F(EmbedTest, LooksForVectorsWhereTheyWereKept) {
    const testing::EnvironmentVariable cache("GRAFT_CACHE", (folder_ / "cache").string());
    save_tiny_model("all");
    Embedder embedder = load((folder_ / "model.pt").string());
    testing::RecordingReporter reporter;
    EXPECT_EQ(open_kept_vectors(embedder, 2, reporter), nullptr);
    EXPECT_THAT(reporter.notes, ElementsAre(HasSubstr("the stages of tiny are not known")));
    embedder.features = {{"backbone", "tiny"}};
    const std::vector<fs::path> files = {folder_ / "1.png", folder_ / "note.png", folder_ / "2.png"};
    std::vector<std::vector<float>> first, second;
    for (auto* all : {&first, &second}) {
        const std::unique_ptr<KeptVectors> kept = open_kept_vectors(embedder, 3, reporter);
        ASSERT_NE(kept, nullptr);
        embed_files(embedder, files, {.workers = 2, .kept = kept.get()},
                    [&](std::size_t, const Embedding& embedding) { all->push_back(embedding.values); });
        EXPECT_EQ(kept->found(), all == &first ? 0U : 2U);
    }
    EXPECT_EQ(first, second);
    folder_.write("1.png", testing::encoded(".png", testing::noise(33, 44)));  // another picture of the same name
    const std::unique_ptr<KeptVectors> kept = open_kept_vectors(embedder, 3, reporter);
    embed_files(embedder, files, {.workers = 2, .kept = kept.get()}, [](std::size_t, const Embedding&) {});
    EXPECT_EQ(kept->found(), 1U);
}

TEST_F(EmbedTest, KeepsNothingMoreOnAFullDiskAndSaysSoOnce) {
    ::setenv("GRAFT_CACHE", (folder_ / "cache").c_str(), 1);
    folder_.write("3.png", testing::encoded(".png", testing::noise(20, 20)));
    save_tiny_model("all");
    Embedder embedder = load((folder_ / "model.pt").string());
    embedder.features = {{"backbone", "tiny"}};
    const std::vector<std::string> names = {"1.png", "2.png", "3.png"};
    const std::vector<fs::path> files = {folder_ / "1.png", folder_ / "2.png", folder_ / "3.png"};
    std::vector<std::vector<float>> expected, found;
    for (const Embedding& embedding : embedded(embedder, names)) expected.push_back(embedding.values);
    testing::RecordingReporter reporter;
    {
        const std::unique_ptr<KeptVectors> kept = open_kept_vectors(embedder, 3, reporter);
        ASSERT_NE(kept, nullptr);
        const testing::Faults faults(folder_ / "cache", 2, ENOSPC);  // a row is two calls: the second row fails
        embed_files(embedder, files, {.workers = 2, .kept = kept.get()},
                    [&](std::size_t, const Embedding& embedding) { found.push_back(embedding.values); });
    }
    EXPECT_EQ(found, expected);
    EXPECT_THAT(reporter.warnings, ElementsAre(AllOf(StartsWith("vectors can no longer be kept: "),
                                                     HasSubstr("No space left on device"))));
    const std::unique_ptr<KeptVectors> kept = open_kept_vectors(embedder, 3, reporter);
    embed_files(embedder, files, {.workers = 2, .kept = kept.get()}, [](std::size_t, const Embedding&) {});
    EXPECT_EQ(kept->found(), 1U);
    ::unsetenv("GRAFT_CACHE");
}

TEST_F(EmbedTest, SaysWhyAnImageHasNoVector) {
    save_tiny_model("all");
    const std::vector<Embedding> all = embedded(load((folder_ / "model.pt").string()), {"note.png", "1.png", "0.png"});
    EXPECT_THAT(all[0].error, HasSubstr("not an image that graft reads"));
    EXPECT_TRUE(all[0].values.empty());
    EXPECT_EQ(all[1].error, "");
    EXPECT_THAT(all[2].error, HasSubstr("0.png"));
}

TEST_F(EmbedTest, SaysThatAFrozenModelCannotBeTakenApart) {
    const GraftedModel grafted =
        graft_model(testing::tiny_backbone(), testing::tiny_preprocessing(), "all", {.hidden = {8}}, 3, 1);
    TorchModule model = testing::classifier_of(grafted);
    model.eval();
    save_frozen_model(folder_ / "frozen.pt", model,
                      {.outputs = {"ant", "bee", "cat"},
                       .preprocessing = testing::tiny_preprocessing(),
                       .backbone = "tiny",
                       .backbone_hash = "random-3",
                       .freeze = "all",
                       .config = Json::object()});
    EXPECT_THAT(error_message<DataError>([&] { (void)load((folder_ / "frozen.pt").string()); }),
                HasSubstr("its parts cannot be told apart"));
}

TEST_F(EmbedTest, NamesWhatIsThereWhereTheNetworkIsUnknown) {
    EXPECT_THAT(error_message<ConfigError>([&] { (void)load("resnet5"); }),
                HasSubstr("there is no such file, and no weights and no architecture of that name (did you mean"));
}

TEST(CosineSimilarity, IsTheCosineOfTheAngle) {
    const std::vector<float> a = {1, 0}, b = {1, 1}, c = {-2, 0}, none = {0, 0};
    EXPECT_DOUBLE_EQ(cosine_similarity(a, a), 1);
    EXPECT_NEAR(cosine_similarity(a, b), std::sqrt(0.5), 1e-12);
    EXPECT_DOUBLE_EQ(cosine_similarity(a, c), -1);
    EXPECT_EQ(cosine_similarity(a, none), 0);
}

const Vectors kTwo{.length = 3, .values = {1, 2, 3, 0.5F, -1, 0}, .names = {"a.png", "b \"c\".png"}};

TEST(VectorsFile, IsWhatNumPyWrites) {
    const testing::TemporaryFolder folder;
    write_vectors(folder / "v.npy", kTwo);
    std::string expected = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
    expected.resize(117, ' ');
    expected = std::string("\x93NUMPY\x01\x00v\x00", 10) + expected + "\n";
    expected += std::string("\x00\x00\x80?\x00\x00\x00@\x00\x00@@\x00\x00\x00?\x00\x00\x80\xbf\x00\x00\x00\x00", 24);
    EXPECT_EQ(read_file(folder / "v.npy"), expected);
    EXPECT_EQ(read_file(folder / "v.txt"), "a.png\nb \"c\".png\n");
}

TEST(VectorsFile, IsJsonLinesOrSafetensors) {
    const testing::TemporaryFolder folder;
    write_vectors(folder / "v.jsonl", kTwo);
    EXPECT_EQ(read_file(folder / "v.jsonl"),
              "{\"file\":\"a.png\",\"vector\":[1,2,3]}\n{\"file\":\"b \\\"c\\\".png\",\"vector\":[0.5,-1,0]}\n");
    write_vectors(folder / "v.safetensors", kTwo);
    const StateDict read = read_state_dict(folder / "v.safetensors");
    ASSERT_NE(read.find("vectors"), nullptr);
    EXPECT_EQ(read.find("vectors")->sizes(), (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(read.find("vectors")->const_data_ptr<float>()[3], 0.5F);
    EXPECT_EQ(read.metadata.at("names"), R"(["a.png","b \"c\".png"])");
}

TEST(VectorsFile, IsOfAFormatThatItsExtensionNames) {
    EXPECT_EQ(vectors_format_of("a/b.npy"), VectorsFormat::npy);
    EXPECT_THAT(error_message<ConfigError>([] { (void)vectors_format_of("vectors.csv"); }),
                HasSubstr("expected .npy, .safetensors or .jsonl"));
}

}  // namespace
}  // namespace graft
