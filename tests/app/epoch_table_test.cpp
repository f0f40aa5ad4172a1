#include "app/terminal/epoch_table.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace graft {
namespace {

std::vector<EpochRecord> two_epochs() {
    return {{.epoch = 0, .learning_rate = 0.001, .seconds = 7, .metrics = {{"loss", 1.5}, {"val_loss", 0.75}}},
            {.epoch = 1, .learning_rate = 0.0001, .seconds = 65, .metrics = {{"loss", 0.5}, {"val_loss", 0.25}}}};
}

TEST(Sparkline, GoesFromTheLowestToTheHighest) {
    EXPECT_EQ(sparkline(std::vector{3.0, 2.0, 1.0}), "█▅▁");
    EXPECT_EQ(sparkline(std::vector{0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0}), "▁▂▃▄▅▆▇█");
}

TEST(Sparkline, IsFlatWhereNothingChanges) { EXPECT_EQ(sparkline(std::vector{2.0, 2.0}), "▅▅"); }

TEST(Sparkline, LeavesOutWhatIsNoNumber) {
    EXPECT_EQ(sparkline(std::vector<double>{1.0, std::nan(""), 2.0, INFINITY}), "▁ █ ");
    EXPECT_EQ(sparkline({}), "");
}

TEST(EpochTable, HasAColumnForEachFigureAndTheCourseOfTheValidationLoss) {
    const EpochTable table{.epochs = 12};
    EXPECT_EQ(header_text(table, two_epochs()), "epoch      loss  val_loss      rate    time  val_loss");
    EXPECT_EQ(row_text(table, two_epochs()), " 2/12    0.5000    0.2500    0.0001    1:05  █▁");
}

TEST(EpochTable, FollowsTheLossWhereNothingValidates) {
    std::vector<EpochRecord> history = two_epochs();
    for (EpochRecord& epoch : history) epoch.metrics.pop_back();
    EXPECT_TRUE(header_text({.epochs = 2}, history).ends_with("time  loss"));
}

TEST(EpochTable, HasNoBarsWithoutUnicode) {
    EXPECT_EQ(row_text({.epochs = 2, .unicode = false}, two_epochs()), "  2/2    0.5000    0.2500    0.0001    1:05");
}

TEST(EpochTable, ShowsTheLastTwentyEpochs) {
    std::vector<EpochRecord> history;
    for (std::int64_t i = 0; i < 30; ++i)
        history.push_back({.epoch = i, .metrics = {{"loss", 30.0 - static_cast<double>(i)}}});
    const std::string row = row_text({.epochs = 30}, history);
    const std::size_t bars = row.find("█");
    EXPECT_EQ(row.size() - bars, 20 * std::string("█").size());
}

}  // namespace
}  // namespace graft
