#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

#include "config/read.hpp"
#include "graft/core/errors.hpp"
#include "task/loss.hpp"

namespace graft {
namespace {

using Strings = std::vector<std::string>;
using Counts = std::vector<std::int64_t>;

const Strings kClasses = {"ant", "bee", "cat"};

Loss cross_entropy(const Json& options, const Strings& classes = kClasses, const Counts& counts = {1, 1, 1}) {
    LossPlugin plugin = builtin_losses().find(options.contains("gamma") ? "focal" : "cross_entropy")->make();
    const Strings problems = read_options(options, [&](Fields& fields) { plugin.describe(fields); });
    if (!problems.empty()) throw ConfigError(problems);
    return plugin.build({.outputs = classes, .counts = counts});
}

Strings problems_with(const Json& options) {
    try {
        (void)cross_entropy(options);
    } catch (const ConfigError& error) {
        return error.problems();
    }
    return {};
}

TEST(CrossEntropy, OfEqualScoresIsTheLogarithmOfTheNumberOfClasses) {
    const double loss =
        cross_entropy(Json::object())(at::zeros({2, 3}), at::tensor({0, 2}, at::kLong), {}).item<double>();
    EXPECT_NEAR(loss, std::log(3), 1e-6);
}

TEST(CrossEntropy, BalancedWeightsMakeEveryClassCountTheSame) {
    // Three ants and one bee, each ant with loss a, the bee with loss b: the mean is (a + b) / 2.
    const Loss loss = cross_entropy({{"class_weights", "balanced"}}, {"ant", "bee"}, {3, 1});
    const at::Tensor scores = at::tensor({1.0F, 0.0F, 1.0F, 0.0F, 1.0F, 0.0F, 2.0F, 0.0F}).reshape({4, 2});
    const double ant = std::log(1 + std::exp(-1)), bee = std::log(1 + std::exp(2));
    EXPECT_NEAR(loss(scores, at::tensor({0, 0, 0, 1}, at::kLong), {}).item<double>(), (ant + bee) / 2, 1e-6);
}

TEST(CrossEntropy, IsTheWeightedMeanOfTheImages) {
    // Losses of an ant and a bee: a and b, with weights 3 and 1; with class weights 1 and 2: 3 * 1 and 1 * 2.
    const at::Tensor scores = at::tensor({1.0F, 0.0F, 2.0F, 0.0F}).reshape({2, 2});
    const at::Tensor labels = at::tensor({0, 1}, at::kLong), weights = at::tensor({3.0F, 1.0F});
    const double ant = std::log(1 + std::exp(-1)), bee = std::log(1 + std::exp(2));
    EXPECT_NEAR(cross_entropy(Json::object())(scores, labels, weights).item<double>(), (3 * ant + bee) / 4, 1e-6);
    const Json given = {{"class_weights", "given"}, {"weights", {{"ant", 1}, {"bee", 2}}}};
    EXPECT_NEAR(cross_entropy(given, {"ant", "bee"}, {1, 1})(scores, labels, weights).item<double>(),
                (3 * ant + 2 * bee) / 5, 1e-6);
    // Mixed labels, as of mixup: half an ant, half a bee in both images.
    const at::Tensor mixed = at::full({2, 2}, 0.5F);
    const double first = 0.5 * (ant + std::log(1 + std::exp(1))), second = 0.5 * (std::log(1 + std::exp(-2)) + bee);
    EXPECT_NEAR(cross_entropy(Json::object())(scores, mixed, weights).item<double>(), (3 * first + second) / 4, 1e-6);
}

TEST(CrossEntropy, BalancedWeightsAreFiniteWithAClassOfWhichThereIsNoImageYet) {
    // Weights 0.5 and 0: the bee's share of the smoothed label, 0.05, costs nothing. torch gives 0.6585 too.
    const Loss loss = cross_entropy({{"class_weights", "balanced"}, {"label_smoothing", 0.1}}, {"ant", "bee"}, {3, 0});
    EXPECT_NEAR(loss(at::zeros({1, 2}), at::tensor({0}, at::kLong), {}).item<double>(), 0.95 * std::log(2), 1e-6);
}

// The cases with a gamma are of the focal loss.
TEST(CrossEntropyGolden, ValueAndGradientAreThoseOfTorch) {
    const Json golden = parse_json_file(std::filesystem::path(GRAFT_TEST_DIR) / "golden" / "cross_entropy.json");
    const auto labels = golden.at("labels").get<std::vector<std::int64_t>>();
    const auto images = static_cast<std::int64_t>(labels.size());
    EXPECT_EQ(golden.at("cases").size(), 14);
    for (const Json& entry : golden.at("cases")) {
        at::Tensor scores = at::empty({images, 3});
        for (std::int64_t n = 0; n < images; ++n)
            for (std::int64_t k = 0; k < 3; ++k)
                scores.data_ptr<float>()[3 * n + k] =
                    static_cast<float>(3 * std::sin(1 + static_cast<double>(n) + 2.3 * static_cast<double>(k)));
        scores.requires_grad_(true);
        const at::Tensor loss = cross_entropy(entry.at("options"), golden.at("classes").get<Strings>(),
                                              golden.at("counts").get<Counts>())(scores, at::tensor(labels), {});
        loss.backward();
        EXPECT_NEAR(loss.item<double>(), entry.at("loss").get<double>(), 1e-6) << entry.at("options");
        const auto gradient = entry.at("gradient").get<std::vector<double>>();
        for (std::size_t i = 0; i < gradient.size(); ++i)
            EXPECT_NEAR(scores.grad().const_data_ptr<float>()[i], gradient[i], 1e-6) << entry.at("options");
    }
}

TEST(CrossEntropy, ListsAllClassesWithoutAWeightAndAllWeightsWithoutAClass) {
    EXPECT_EQ(problems_with({{"class_weights", "given"}, {"weights", {{"bee", 1}, {"cats", 2}, {"dog", 1}}}}),
              (Strings{"/training/loss/weights: has no weight for the class \"ant\"",
                       "/training/loss/weights: has no weight for the class \"cat\"",
                       "/training/loss/weights/cats: there is no such class (did you mean \"cat\"?)",
                       "/training/loss/weights/dog: there is no such class"}));
}

TEST(CrossEntropy, RefusesWeightsThatWouldNotBeUsed) {
    EXPECT_EQ(problems_with({{"weights", {{"ant", 1}}}}),
              Strings{"/training/loss/weights: is only used with \"class_weights\": \"given\""});
}

TEST(CrossEntropy, RefusesValuesOutOfRange) {
    EXPECT_EQ(problems_with({{"label_smoothing", 1}}), Strings{"/label_smoothing: expected number in [0, 1), got 1"});
    EXPECT_EQ(problems_with({{"weights", {{"ant", 0}}}}), Strings{"/weights/ant: expected number > 0, got 0"});
    EXPECT_EQ(problems_with({{"class_weights", "balance"}}),
              Strings{"/class_weights: expected one of none, balanced, given, effective, got \"balance\" (did you mean "
                      "\"balanced\"?)"});
}

}  // namespace
}  // namespace graft
