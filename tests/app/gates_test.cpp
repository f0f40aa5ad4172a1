#include "app/gates.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <span>

#include "error_message.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

/// What `--fail-under TEXT` asks for.
std::vector<Gate> gates_of(const std::string& text) {
    CLI::App app;
    std::vector<Gate> gates;
    takes_gates(app, gates, "");
    app.parse("--fail-under " + text, false);
    return gates;
}

std::string problem_of(const std::string& text) {
    return testing::error_message<CLI::ParseError>([&] { (void)gates_of(text); });
}

const std::vector<MeasuredMetric> kMetrics = {{"accuracy", 0.49995}, {"loss", 0.4, false}};

TEST(Gates, AreForTheAccuracyWhereNoMetricIsNamed) {
    ASSERT_EQ(gates_of("0.5").size(), 1U);
    EXPECT_EQ(gates_of("0.5")[0].metric, "accuracy");
    EXPECT_EQ(gates_of("0.5")[0].bound, 0.5);
}

TEST(Gates, NameMetrics) {
    const std::vector<Gate> gates = gates_of("mean_average_precision=0.8,rmse=12.5");
    ASSERT_EQ(gates.size(), 2U);
    EXPECT_EQ(gates[0].metric, "mean_average_precision");
    EXPECT_EQ(gates[1].bound, 12.5);
}

TEST(Gates, AreNumbers) {
    EXPECT_NE(problem_of("2").find("expected number in [0, 1], got \"2\""), std::string::npos);
    EXPECT_NE(problem_of("loss=low")
                  .find("expected METRIC=VALUE, for example mean_average_precision=0.8, got "
                        "\"loss=low\""),
              std::string::npos);
    EXPECT_NE(problem_of("=1").find("expected METRIC=VALUE"), std::string::npos);
}

TEST(Gates, FailInTheMetricsOwnDirection) {
    const auto message = [&](const std::vector<Gate>& gates) {
        return testing::error_message<GateError>([&] { expect_gates(gates, kMetrics, "test "); });
    };
    EXPECT_NO_THROW(expect_gates(std::vector<Gate>{{"accuracy", 0.4}, {"loss", 0.4}}, kMetrics, ""));
    EXPECT_EQ(message({{"accuracy", 0.5}}), "the test accuracy is 0.49995, below the 0.5 that --fail-under asks for");
    EXPECT_EQ(message({{"loss", 0.3}}), "the test loss is 0.4, above the 0.3 that --fail-under asks for");
    EXPECT_EQ(message({{"accuracy", 0.5}, {"loss", 0.4}, {"loss", 0.3}}),
              "the test accuracy is 0.49995, below the 0.5 that --fail-under asks for; "
              "the test loss is 0.4, above the 0.3 that --fail-under asks for");
}

TEST(Gates, AreNotMetByWhatIsNotANumber) {
    const std::vector<MeasuredMetric> r2 = {{"r2", std::numeric_limits<double>::quiet_NaN()}};
    EXPECT_THROW(expect_gates(std::vector<Gate>{{"r2", -100}}, r2, ""), GateError);
}

TEST(Gates, AreJudgedInTheMetricsOwnDirectionAndSaidToBeUnmetWhereTheyFail) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const std::vector<MeasuredMetric> metrics = {
        {"accuracy", 0.5}, {"loss", 0.4, false}, {"r2", kInfinity}, {"rmse", -kInfinity, false}};
    const std::vector<Gate> gates = {{"accuracy", 0.5}, {"accuracy", 0.6}, {"loss", 0.4}, {"loss", 0.3},
                                     {"r2", 0.9},       {"rmse", 10},      {"other", 1}};
    const std::vector<JudgedGate> all = judged(gates, metrics);
    std::vector<bool> met;
    for (const JudgedGate& gate : all) met.push_back(gate.met);
    EXPECT_EQ(met, (std::vector<bool>{true, false, true, false, false, false}));
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto decide = [&] { expect_gates(std::span(&gates[i], 1), metrics, ""); };
        if (met[i])
            EXPECT_NO_THROW(decide()) << all[i].metric;
        else
            EXPECT_THROW(decide(), GateError) << all[i].metric;
    }
}

TEST(Gates, AreForMetricsThatAreMeasured) {
    const std::vector<std::string> names = {"accuracy", "loss"};
    EXPECT_NO_THROW(expect_measured(std::vector<Gate>{{"loss", 1}}, names));
    EXPECT_EQ(testing::error_message<ConfigError>([&] {
                  expect_measured(std::vector<Gate>{{"acuracy", 1}}, names);
              }),
              "--fail-under: expected a metric that is measured (accuracy, loss), got \"acuracy\" (did you mean "
              "\"accuracy\"?)");
}

}  // namespace
}  // namespace graft
