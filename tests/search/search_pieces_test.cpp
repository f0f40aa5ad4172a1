// The parts of a search that train nothing.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "search/halving.hpp"
#include "search/interval.hpp"
#include "search/lr_find.hpp"
#include "search/search_space.hpp"
#include "search/tpe.hpp"
#include "search/trial_runner.hpp"
#include "search/tune.hpp"

namespace graft {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using testing::error_message;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Json search_golden(const std::string& name) {
    return parse_json_file(std::filesystem::path(GRAFT_TEST_DIR) / "golden" / name);
}

SearchSpace space_of(const char* json) {
    std::vector<std::string> problems;
    SearchSpace space = read_space(parse_json(json, "space"), "/tune/space", problems);
    EXPECT_THAT(problems, IsEmpty());
    return space;
}

std::vector<std::string> problems_of(const char* json) {
    std::vector<std::string> problems;
    (void)read_space(parse_json(json, "space"), "/tune/space", problems);
    return problems;
}

// --- interval --------------------------------------------------------------------------------------------------------

TEST(Interval, HasStudentsQuantiles) {  // scipy.stats.t.ppf
    EXPECT_NEAR(t_quantile(0.975, 1), 12.706204736174694, 1e-9);
    EXPECT_NEAR(t_quantile(0.975, 2), 4.302652729749462, 1e-9);
    EXPECT_NEAR(t_quantile(0.975, 4), 2.7764451051977934, 1e-10);
    EXPECT_NEAR(t_quantile(0.975, 29), 2.045229642132703, 1e-10);
    EXPECT_NEAR(t_quantile(0.9, 9), 1.3830287383966329, 1e-10);
}

TEST(Interval, OfFiveFoldsByHand) {
    const std::vector<double> values = {0.8, 0.9, 0.7, 0.85, 0.75};
    const Spread spread = spread_of(values, 5);
    EXPECT_NEAR(spread.mean, 0.8, 1e-12);
    EXPECT_NEAR(spread.deviation, std::sqrt(0.025 / 4), 1e-12);           // squares 0, .01, .01, .0025, .0025
    EXPECT_NEAR(spread.high - spread.mean, 2.7764451 * 0.0353553, 1e-6);  // deviation / sqrt(5)
    EXPECT_NEAR(spread.mean - spread.low, 2.7764451 * 0.0353553, 1e-6);
}

TEST(Interval, RepeatsDoNotNarrowIt) {
    const std::vector<double> values = {1, 2, 3, 1, 2, 3};
    const Spread spread = spread_of(values, 3);
    EXPECT_NEAR(spread.deviation, std::sqrt(4.0 / 5), 1e-12);
    EXPECT_NEAR(spread.high - 2, 4.3026527 * std::sqrt(4.0 / 5 / 3), 1e-6);
}

// --- halving ---------------------------------------------------------------------------------------------------------

TEST(Halving, RungsAreTheEpochsDividedAgainAndAgain) {
    EXPECT_THAT(rungs_of(10, {.reduction = 3}), ElementsAre(1, 3, 10));
    EXPECT_THAT(rungs_of(27, {.reduction = 3}), ElementsAre(1, 3, 9, 27));
    EXPECT_THAT(rungs_of(16, {.reduction = 4, .min_epochs = 2}), ElementsAre(4, 16));
    EXPECT_THAT(rungs_of(10, {.reduction = 1}), ElementsAre(10));
    EXPECT_THAT(rungs_of(1, {.reduction = 3}), ElementsAre(1));
}

TEST(Halving, ABestThirdGoesOn) {
    const std::vector<double> now = {0.5, 0.9, 0.7, 0.6, 0.8, 0.4};
    EXPECT_THAT(going_on({}, now, Direction::max, 3), ElementsAre(false, true, false, false, true, false));
    EXPECT_THAT(going_on({}, now, Direction::min, 3), ElementsAre(true, false, false, false, false, true));
}

TEST(Halving, ComparesWithAllThatReachedTheRungBefore) {
    const std::vector<double> earlier = {0.1, 0.2, 0.3, 0.95};
    EXPECT_THAT(going_on(earlier, std::vector<double>{0.9, 0.8}, Direction::max, 3), ElementsAre(true, false));
}

TEST(Halving, KeepsOneAtLeastAndTheFirstOfEquals) {
    EXPECT_THAT(going_on({}, std::vector<double>{0.5, 0.5}, Direction::max, 3), ElementsAre(true, false));
    EXPECT_THAT(going_on({}, std::vector<double>{NAN, 0.5}, Direction::max, 3), ElementsAre(false, true));
    EXPECT_THAT(going_on({}, std::vector<double>{NAN}, Direction::max, 3), ElementsAre(false));
}

// --- space -----------------------------------------------------------------------------------------------------------

TEST(SearchSpaceText, ReadsEveryKindOfRange) {
    const SearchSpace space = space_of(
        R"({"/a": {"choice": [null, "cosine"]}, "/b": {"uniform": [0, 1]}, "/c": {"loguniform": [1e-4, 1]}, "/d": {"int": [1, 3]}})");
    ASSERT_THAT(space, SizeIs(4));
    EXPECT_EQ(space[0].choices[1], "cosine");
    EXPECT_EQ(space[2].range, Range::loguniform);
    EXPECT_EQ(to_json(space).at("/d").at("int"), Json({1, 3}));
}

TEST(SearchSpaceText, SaysWhatIsWrongAndWhere) {
    EXPECT_THAT(problems_of(R"({"/a": {"uniform": [1, 0]}})"),
                ElementsAre("/tune/space, /a: expected the lowest before the highest, got [1,0]"));
    EXPECT_THAT(problems_of(R"({"/a": {"loguniform": [0, 1]}})"),
                ElementsAre("/tune/space, /a: expected numbers above 0, got [0,1]"));
    EXPECT_THAT(problems_of(R"({"/a": {"int": [0.5, 1]}})"),
                ElementsAre("/tune/space, /a: expected whole numbers, got [0.5,1]"));
    EXPECT_THAT(problems_of(R"({"/a": {"uniform": [1]}})"),
                ElementsAre("/tune/space, /a: expected two numbers, [lowest, highest], got [1]"));
    EXPECT_THAT(problems_of(R"({"/a": {"choice": []}})"),
                ElementsAre("/tune/space, /a: expected a list of values, got []"));
    EXPECT_THAT(problems_of(R"({"/a": 3})"),
                ElementsAre(::testing::StartsWith("/tune/space, /a: expected {\"choice\"")));
    EXPECT_THAT(problems_of(R"({"a": {"choice": [1]}})"),
                ElementsAre("/tune/space: expected JSON pointers such as /head/dropout, got \"a\""));
    EXPECT_THAT(problems_of("[]"),
                ElementsAre("/tune/space: expected an object of JSON pointers and ranges, got array"));
}

TEST(SearchSpaceText, PutsValuesIntoTheConfigInOrder) {
    const SearchSpace space = space_of(
        R"({"/o": {"choice": [{"name": "adam"}, {"name": "sgd"}]}, "/o/learning_rate": {"loguniform": [0.001, 1]}, "/n": {"int": [1, 9]}})");
    EXPECT_EQ(config_at(Json::object(), space, {1, 0.25, 4}),
              Json({{"o", {{"name", "sgd"}, {"learning_rate", 0.25}}}, {"n", 4}}));
    EXPECT_THAT(error_message<ConfigError>([&] {
                    (void)config_at({{"n", "text"}}, space_of(R"({"/n/x": {"uniform": [0, 1]}})"), {0.5});
                }),
                ::testing::StartsWith("/tune/space, /n/x: "));
}

TEST(SearchSpaceText, DrawsWithinTheRangesWithFourDigits) {
    const SearchSpace space =
        space_of(R"({"/a": {"uniform": [-1, 2]}, "/b": {"loguniform": [1e-5, 0.1]}, "/c": {"int": [1, 3]}})");
    int small = 0, ones = 0;
    for (std::uint64_t i = 0; i < 2000; ++i) {
        Rng rng = Rng::stream(1, "test", {i});
        const Point point = random_point(space, rng);
        EXPECT_GE(point[0], -1);
        EXPECT_LE(point[0], 2);
        EXPECT_EQ(point[1], settled(space[1], point[1]));
        small += point[1] < 1e-3 ? 1 : 0;
        ones += point[2] == 1 ? 1 : 0;
    }
    EXPECT_NEAR(small, 1000, 100);  // two of four orders of magnitude
    EXPECT_NEAR(ones, 667, 90);
}

// --- TPE -------------------------------------------------------------------------------------------------------------

TEST(Tpe, CountsTheGoodOnesAndFadesTheOldOnesAsOptunaDoes) {
    const Json golden = search_golden("tpe.json");
    for (const Json& each : golden.at("good")) EXPECT_EQ(good_ones(each[0].get<std::size_t>()), each[1]);
    for (const Json& each : golden.at("weights"))
        EXPECT_THAT(trial_weights(each[0].get<std::size_t>()),
                    ::testing::Pointwise(DoubleNear(1e-12), each[1].get<std::vector<double>>()));
}

TEST(Tpe, EstimatesDensitiesAsOptunaDoes) {
    for (const Json& each : search_golden("tpe.json").at("estimators")) {
        SCOPED_TRACE(each.dump());
        Dimension dimension{.range = *enum_named<Range>(each.at("range").get<std::string>()),
                            .low = each.at("low").get<double>(),
                            .high = each.at("high").get<double>()};
        if (dimension.range == Range::choice) dimension.choices = {"a", "b", "c"};
        const ParzenEstimator estimator(dimension, each.at("values").get<std::vector<double>>());
        for (std::size_t i = 0; i < each.at("at").size(); ++i)
            EXPECT_NEAR(estimator.log_density(each.at("at")[i].get<double>()),
                        each.at("log_densities")[i].get<double>(), 1e-8);
    }
}

TEST(Tpe, BeginsAtRandomAndThenGoesWhereGoodTrialsAre) {
    const SearchSpace space = space_of(R"({"/x": {"uniform": [0, 1]}, "/c": {"choice": ["a", "b"]}})");
    std::vector<Point> ranked;
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < 30; ++i) {  // the nearer to 0.8, the better; "b" is better
        const double distance = 0.025 * static_cast<double>(i);
        ranked.push_back({0.8 - distance, i < 15 ? 1.0 : 0.0});
        order.push_back(29 - i);
    }
    double x = 0, b = 0;
    for (std::uint64_t i = 0; i < 100; ++i) {
        Rng rng = Rng::stream(0, "test", {i}), same = Rng::stream(0, "test", {i});
        const Point early = suggest_point(space, std::span(ranked).first(9), std::span(order).first(9), rng);
        EXPECT_EQ(early, random_point(space, same));
        const Point point = suggest_point(space, ranked, order, rng);
        x += point[0] / 100;
        b += point[1] / 100;
    }
    EXPECT_NEAR(x, 0.8, 0.06);
    EXPECT_GT(b, 0.75);
}

TEST(Tpe, FindsTheMinimumOfAFunctionFasterThanChance) {
    const SearchSpace space = space_of(R"({"/x": {"uniform": [-5, 5]}, "/y": {"loguniform": [1e-4, 1]}})");
    const auto loss = [](const Point& point) {
        const double order = std::log10(point[1]) + 2;
        return (point[0] - 1) * (point[0] - 1) + order * order;
    };
    const auto best_of = [&](std::uint64_t seed, std::size_t startup) {
        std::vector<std::pair<double, std::size_t>> found;
        std::vector<Point> points;
        for (std::size_t i = 0; i < 60; ++i) {
            Rng rng = Rng::stream(seed, "search", {i});
            std::vector<Point> ranked;
            std::vector<std::size_t> order;
            std::ranges::sort(found);
            for (const auto& [value, number] : found) {
                ranked.push_back(points[number]);
                order.push_back(number);
            }
            points.push_back(i < startup ? random_point(space, rng) : suggest_point(space, ranked, order, rng));
            found.emplace_back(loss(points.back()), i);
        }
        return std::ranges::min(found).first;
    };
    double learnt = 0, chance = 0;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        learnt += best_of(seed, 0);
        chance += best_of(seed, 60);
    }
    EXPECT_LT(learnt, 0.5 * chance);
}

// --- learning rates --------------------------------------------------------------------------------------------------

TuneRecord record_of_trials(std::vector<TrialRecord> trials) {
    TuneRecord record{.monitor = {"val_accuracy", Direction::max}, .trials = std::move(trials)};
    record.winner = winner_of(record.trials, record.monitor.better);
    return record;
}

TEST(Trials, HaveTheMeanOfTheirFolds) {
    const std::vector<EpochRecord> folds = {{.metrics = {{"val_loss", 1.0}, {"val_accuracy", 0.5}}},
                                            {.metrics = {{"val_loss", 2.0}, {"val_accuracy", 1.0}}}};
    TrialRecord trial;
    set_figures(trial, folds, {"val_accuracy", Direction::max});
    EXPECT_EQ(trial.value, 0.75);
    EXPECT_EQ(trial.metric("val_loss"), 1.5);
    EXPECT_EQ(trial.metric("loss"), std::nullopt);
    set_figures(trial, folds, {"val_f1", Direction::max});
    EXPECT_TRUE(std::isnan(trial.value));
}

TEST(Contest, KnowsWhatTrialsCameToAtARung) {
    Contest contest;
    contest.add({.rungs = {0.5, 0.75}});
    contest.add({.rungs = {0.25}});
    EXPECT_THAT(contest.reached_at(0), ElementsAre(0.5, 0.25));
    EXPECT_THAT(contest.reached_at(1), ElementsAre(0.75));
    EXPECT_THAT(contest.reached_at(2), IsEmpty());
}

TEST(TrialsPage, AValueIsTextAndNeverMarkup) {
    Dimension choice{.pointer = "/data/<script>alert(1)</script>", .range = Range::choice};
    choice.choices = {Json("<script>alert(2)</script>"), Json("plain & \"quoted\"")};
    TrialRecord trial{.number = 1, .point = {0}, .value = 0.5, .epochs = 3};
    trial.values = {{choice.pointer, "<script>alert(2)</script>"}};
    TuneRecord record = record_of_trials({trial});
    record.monitor.name = "val_<script>alert(3)</script>";
    const std::string page = trials_page(record, {choice});
    EXPECT_EQ(page.find("<script>alert"), std::string::npos);
    EXPECT_NE(page.find("&lt;script&gt;alert(1)&lt;/script&gt;</th>"), std::string::npos);
    EXPECT_NE(page.find("<td>&quot;&lt;script&gt;alert(2)&lt;/script&gt;&quot;</td>"), std::string::npos);
    EXPECT_NE(page.find("val_&lt;script&gt;alert(3)"), std::string::npos);
    EXPECT_NE(page.find("plain &amp; "), std::string::npos);
}

TEST(TrialsPage, TheWinnersRowIsTheFirstAndWhatIsNoNumberTheLast) {
    const Dimension rate{.pointer = "/training/rate", .range = Range::uniform, .low = 0, .high = 1};
    const auto trial = [](std::size_t number, double value, TrialEnd end) {
        TrialRecord made{.number = number, .end = end, .value = value, .epochs = 4};
        if (number == 0) return made;  // as the config is written
        made.point = {0.25 * static_cast<double>(number)};
        made.values = {{"/training/rate", made.point[0]}};
        return made;
    };
    const TuneRecord record = record_of_trials(
        {trial(0, 0.5, TrialEnd::completed), trial(1, NAN, TrialEnd::failed), trial(2, 0.75, TrialEnd::completed)});
    const std::string page = trials_page(record, {rate});
    EXPECT_NE(page.find("The winner is trial 2."), std::string::npos);
    EXPECT_NE(page.find("<h1>3 trials, the best val_accuracy first</h1>"), std::string::npos);
    const std::size_t rows = page.find("<tbody>");
    ASSERT_NE(rows, std::string::npos);
    EXPECT_TRUE(page.substr(rows).starts_with(
        "<tbody><tr><th scope=\"row\">2</th><td>completed</td><td>4</td><td data-value=\"0.75\">0.7500</td>"
        "<td>0.5</td></tr>"
        "<tr><th scope=\"row\">0</th><td>completed</td><td>4</td><td data-value=\"0.5\">0.5000</td>"
        "<td>as written</td></tr>"
        "<tr><th scope=\"row\">1</th><td>failed</td>"))
        << page.substr(rows, 400);
    std::size_t lines = 0;
    for (std::size_t at = 0; (at = page.find("<polyline", at)) != std::string::npos; ++at) ++lines;
    EXPECT_EQ(lines, 1U);  // of the trials with a point and a value
}

TEST(LrFind, SmoothsWithBiasCorrection) {
    SmoothedLoss smoothed;
    EXPECT_NEAR(smoothed.add(2), 2, 1e-12);
    EXPECT_NEAR(smoothed.add(4), (0.98 * 0.02 * 2 + 0.02 * 4) / (1 - 0.98 * 0.98), 1e-12);
}

TEST(LrFind, ACurveWithoutAPointIsAPictureThatSaysSo) {
    const std::string picture = svg_of({});
    EXPECT_NE(picture.find(">the first loss was no number: there is no curve</text>"), std::string::npos);
    EXPECT_EQ(picture.find("polyline"), std::string::npos);
    EXPECT_EQ(text_of(LrFindRecord()), "the first loss was no number: there is no curve\n");
}

TEST(LrFind, ValleyLiesInTheLongestFallingRow) {
    // Rises, then falls from index 3 to 9, then rises: seven values, of which fastai starts at 9 - 7 = 2.
    const std::vector<double> losses = {5, 6, 7, 8, 7, 6, 5, 4, 3, 2, 9, 10};
    EXPECT_EQ(valley_of(losses), 2U + 2U + 1U);  // a third of 7 is 2.33, half of it 1.17
    EXPECT_EQ(valley_of(std::vector<double>{1, 2, 3}), 0U);
    EXPECT_EQ(valley_of(std::vector<double>{9, 8, 7, 6, 5, 4, 3, 2, 1}), 3U);  // from "-1": -1 + 3 + 1
}

TEST(LrFind, SteepestIsByTheLogarithmOfTheRate) {
    const std::vector<double> rates = {0.001, 0.01, 0.1, 0.2};
    EXPECT_EQ(steepest_of(rates, std::vector<double>{10, 9, 7, 6.2}), 3U - 1U);  // 0.8 over log 2 beats 2 over log 10
    EXPECT_EQ(steepest_of(rates, std::vector<double>{10, 9, 7, 6.8}), 1U);
}

}  // namespace
}  // namespace graft
