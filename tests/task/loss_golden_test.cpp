// Losses of several classes per image and of numbers against PyTorch and the published formulas.
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

#include <cmath>

#include "config/read.hpp"
#include "graft/core/errors.hpp"
#include "task/json_matrix.hpp"
#include "task/loss.hpp"
#include "task/task.hpp"

namespace graft {
namespace {

using testing::matrix;

LossPlugin loss_with(const std::string& name, const Json& options) {
    LossPlugin plugin = builtin_losses().find(name)->make();
    const auto problems = read_options(options, [&](Fields& fields) { plugin.describe(fields); });
    if (!problems.empty()) throw ConfigError(problems);
    return plugin;
}

/// 20 images, of which 5, 10 and 2 have the classes; of the last one 12 say so.
const LossContext kContext{.outputs = {"ant", "bee", "cat"}, .counts = {5, 10, 2}, .known = {20, 20, 12}};

TEST(LossGolden, ValueAndGradientAreThoseOfTorch) {
    const Json golden = parse_json_file(std::filesystem::path(GRAFT_TEST_DIR) / "golden" / "losses.json");
    EXPECT_EQ(golden.size(), 22);
    for (const Json& entry : golden) {
        const std::string what = entry.at("loss").get<std::string>() + " " + entry.at("options").dump();
        const at::Tensor scores = matrix(entry.at("scores")).requires_grad_(true);
        const Loss loss = loss_with(entry.at("loss"), entry.at("options")).build(kContext);
        const at::Tensor value = loss(scores, matrix(entry.at("targets")), {});
        value.backward();
        EXPECT_NEAR(value.item<double>(), entry.at("value").get<double>(), 1e-6) << what;
        EXPECT_LT((scores.grad() - matrix(entry.at("gradient"))).abs().max().item<double>(), 1e-6) << what;
    }
}

TEST(EveryMaskedLoss, IsNothingWhereNothingIsKnown) {
    const at::Tensor unknown = at::empty({2, 3}).fill_(std::nanf(""));
    for (const LossRow& row : builtin_losses()) {
        if (row.tasks.front() == "classification") continue;
        const at::Tensor scores = at::empty({2, 3}).fill_(0.5).requires_grad_(true);
        const at::Tensor value = row.make().build(kContext)(scores, unknown, {});
        value.backward();
        EXPECT_EQ(value.item<double>(), 0) << row.name;
        EXPECT_EQ(scores.grad().abs().max().item<double>(), 0) << row.name;
    }
}

TEST(EveryMaskedLoss, IsTheWeightedMeanOfWhatIsKnown) {
    // Squared errors 1 and 4 of the first image, 9 of the second, whose other number is not known; weights 2 and 1.
    const at::Tensor scores = matrix(Json::parse("[[1, 2], [3, 5]]"));
    const at::Tensor targets = matrix(Json::parse("[[0, 0], [0, null]]"));
    const at::Tensor weights = matrix(Json::parse("[[2, 1]]")).squeeze(0);
    EXPECT_NEAR(loss_with("mse", Json::object()).build(kContext)(scores, targets, weights).item<double>(),
                (2 * (1 + 4) + 9) / 5.0, 1e-6);
    // -log(sigmoid(1)) and -log(1 - sigmoid(2)), log(2) of the second image.
    const at::Tensor labels = matrix(Json::parse("[[1, 0], [1, null]]"));
    const at::Tensor logits = matrix(Json::parse("[[1, 2], [0, 5]]"));
    EXPECT_NEAR(
        loss_with("binary_cross_entropy", Json::object()).build(kContext)(logits, labels, weights).item<double>(),
        (2 * (std::log(1 + std::exp(-1)) + std::log(1 + std::exp(2))) + std::log(2)) / 5, 1e-6);
}

TEST(BinaryCrossEntropy, NeedsAWeightForEveryClassWhereTheyAreGiven) {
    try {
        (void)loss_with("binary_cross_entropy", {{"positive_weights", "given"}, {"weights", {{"ant", 1}, {"bees", 2}}}})
            .build(kContext);
        FAIL();
    } catch (const ConfigError& error) {
        EXPECT_EQ(
            error.problems(),
            (std::vector<std::string>{"/training/loss/weights: has no weight for the class \"bee\"",
                                      "/training/loss/weights: has no weight for the class \"cat\"",
                                      "/training/loss/weights/bees: there is no such class (did you mean \"bee\"?)"}));
    }
    EXPECT_THROW((void)loss_with("binary_cross_entropy", {{"weights", {{"ant", 1}}}}).build(kContext), ConfigError);
}

}  // namespace
}  // namespace graft
