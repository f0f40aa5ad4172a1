#include "search/models/combine.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/rand.h>
#include <gmock/gmock.h>
#include <torch/csrc/jit/api/module.h>

#include "core/text.hpp"
#include "error_message.hpp"
#include "export/export_model.hpp"
#include "graft/core/errors.hpp"
#include "graft/deploy/predictor.hpp"
#include "network/grafted_model.hpp"
#include "network/network_input.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using testing::error_message;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

/// A trunk that averages each channel, and a head.
ModelFile small_model(std::uint64_t seed, std::vector<std::int64_t> hidden = {4}, double trunk_scale = 0.01) {
    Rng rng(seed);
    TorchModule trunk =
        make_chain("Trunk", {{"mean", make_function("Mean", format_text("torch.mean(x, [2, 3]) * {}", trunk_scale))}});
    TorchModule linear = make_linear(3, 3);
    const at::NoGradGuard no_grad;
    linear.attr("weight").toTensor().copy_(at::eye(3) * trunk_scale * 100);
    GraftedModel model{.trunk = make_chain("Trunk", {{"mean", trunk}, {"mix", linear}}),
                       .scion = make_chain("Scion", {{"head", make_head({.hidden = std::move(hidden)}, 3, 2, rng)}})};
    ModelFile file{.module = compose_model(model, "torch.softmax(scores, 1)"),
                   .info = {.outputs = {"cat", "dog"}, .backbone = "small", .backbone_hash = "none", .freeze = "all"}};
    file.info.preprocessing.height = file.info.preprocessing.width = 32;
    file.module.eval();
    return file;
}

at::Tensor outputs_of(const ModelFile& model, const at::Tensor& images) {
    const at::NoGradGuard no_grad;
    TorchModule module = model.module;
    return module.forward({images}).toTensor();
}

const std::vector<std::string> kNames = {"a.pt", "b.pt", "c.pt"};
std::span<const std::string> first_names(std::size_t count) { return std::span(kNames).first(count); }

TEST(Ensemble, GivesTheMeanOfTheProbabilitiesWithOneTrunk) {
    const std::vector<ModelFile> models = {small_model(1), small_model(2, {}), small_model(3)};
    const ModelFile ensemble = ensemble_of(models, first_names(3));
    EXPECT_TRUE(ensemble.module.hasattr("trunk"));
    EXPECT_TRUE(ensemble.module.hasattr("scion3"));
    const at::Tensor images = at::rand({4, 3, 32, 32}) * 255;
    const at::Tensor mean =
        (outputs_of(models[0], images) + outputs_of(models[1], images) + outputs_of(models[2], images)) / 3;
    EXPECT_LT((outputs_of(ensemble, images) - mean).abs().max().item<double>(), 1e-6);
}

TEST(Ensemble, RunsDifferentTrunksSideBySide) {
    const std::vector<ModelFile> models = {small_model(1), small_model(1, {4}, 0.02)};
    const ModelFile ensemble = ensemble_of(models, first_names(2));
    EXPECT_TRUE(ensemble.module.hasattr("member2"));
    const at::Tensor images = at::rand({4, 3, 32, 32}) * 255;
    EXPECT_LT((outputs_of(ensemble, images) - (outputs_of(models[0], images) + outputs_of(models[1], images)) / 2)
                  .abs()
                  .max()
                  .item<double>(),
              1e-6);
}

TEST(Ensemble, IsAModelFileLikeAnyOther) {
    const TemporaryFolder folder;
    for (const double scale : {0.01, 0.02}) {  // with one trunk, and side by side
        const std::vector<ModelFile> models = {small_model(1), small_model(2, {}, scale)};
        const ModelFile ensemble = ensemble_of(models, first_names(2));
        save_model(folder / "model.pt", ensemble.module, ensemble.info);
        const Predictor predictor(folder / "model.pt");
        EXPECT_THAT(predictor.classes(), ElementsAre("cat", "dog"));
        const ExportReport report = export_onnx(load_model(folder / "model.pt"), folder / "model.onnx",
                                                WeightsType::float32, Present::replaced);
        if (report.difference) {
            EXPECT_LT(*report.difference, 1e-5);
        }
    }
}

TEST(Ensemble, RefusesModelsThatAnswerOtherQuestions) {
    std::vector<ModelFile> models = {small_model(1), small_model(2)};
    models[1].info.outputs = {"dog", "cat"};
    EXPECT_EQ(error_message<ConfigError>([&] { (void)ensemble_of(models, first_names(2)); }),
              "a.pt and b.pt: their outputs differ in names or order");
    models[1].info = models[0].info;
    models[1].info.preprocessing.width = 64;
    EXPECT_EQ(error_message<ConfigError>([&] { (void)ensemble_of(models, first_names(2)); }),
              "a.pt and b.pt: they take pictures of another size or preparation");
}

TEST(Soup, AveragesWeights) {
    const std::vector<ModelFile> models = {small_model(1), small_model(2)};
    const ModelFile average = average_of(models, first_names(2));
    const auto weight = [](const ModelFile& model) {
        return model.module.attr("scion")
            .toModule()
            .attr("head")
            .toModule()
            .attr("dense1")
            .toModule()
            .attr("weight")
            .toTensor();
    };
    EXPECT_LT((weight(average) - (weight(models[0]) + weight(models[1])) / 2).abs().max().item<double>(), 1e-7);
}

TEST(Soup, RefusesAnotherArchitecture) {
    const std::vector<ModelFile> models = {small_model(1), small_model(2, {})};
    EXPECT_THAT(error_message<ConfigError>([&] { (void)average_of(models, first_names(2)); }),
                HasSubstr("a.pt and b.pt: are not of the same architecture"));
}

TEST(Soup, TakesFromTheBestOnWhatDoesNotMakeItWorse) {
    const std::vector<ModelFile> models = {small_model(1), small_model(2), small_model(3)};
    // Scores in the order in which they are asked for: alone 0.7, 0.9, 0.8; then of the second (0.9) with the third,
    // which is as good, and with the first, which is worse.
    const std::vector<double> scores = {0.7, 0.9, 0.8, 0.9, 0.85};
    std::size_t asked = 0;
    const Soup soup = greedy_soup(models, first_names(3), [&](const ModelFile&) { return scores.at(asked++); });
    EXPECT_EQ(asked, scores.size());
    EXPECT_EQ(soup.record.score, 0.9);
    ASSERT_EQ(soup.record.steps.size(), 3U);
    EXPECT_EQ(soup.record.steps[0].model, 1U);
    EXPECT_EQ(soup.record.steps[1].model, 2U);
    EXPECT_TRUE(soup.record.steps[1].taken);
    EXPECT_FALSE(soup.record.steps[2].taken);
    const std::vector<ModelFile> taken = {models[1], models[2]};
    const at::Tensor images = at::rand({2, 3, 32, 32}) * 255;
    EXPECT_TRUE(outputs_of(soup.model, images).equal(outputs_of(average_of(taken, first_names(2)), images)));
}

}  // namespace
}  // namespace graft
