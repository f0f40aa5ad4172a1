#include "config/limits_text.hpp"

#include <gtest/gtest.h>

namespace graft {
namespace {

TEST(NumberText, SaysWhatIsAllowed) {
    EXPECT_EQ(number_text("number", {}), "number");
    EXPECT_EQ(number_text("integer", at_least(1)), "integer >= 1");
    EXPECT_EQ(number_text("number", above(0)), "number > 0");
    EXPECT_EQ(number_text("number", {.maximum = 5}), "number <= 5");
    EXPECT_EQ(number_text("number", {.maximum = 5, .below_maximum = true}), "number < 5");
    EXPECT_EQ(number_text("number", between(0, 1)), "number in [0, 1]");
    EXPECT_EQ(number_text("number", from_below(0, 0.5)), "number in [0, 0.5)");
    EXPECT_EQ(number_text("number", strictly_between(0, 1)), "number in (0, 1)");
    EXPECT_EQ(number_text("number", {.minimum = 0, .maximum = 1, .above_minimum = true}), "number in (0, 1]");
    EXPECT_EQ(number_text("integer", or_word(at_least(1), "auto")), "integer >= 1 or \"auto\"");
}

TEST(ListText, SaysHowManyItemsAreAllowed) {
    EXPECT_EQ(list_text({}), "a list");
    EXPECT_EQ(list_text({.shortest = 1}), "a list of at least 1 item");
    EXPECT_EQ(list_text({.shortest = 2}), "a list of at least 2 items");
    EXPECT_EQ(list_text({.longest = 16}), "a list of at most 16 items");
    EXPECT_EQ(list_text({.shortest = 1, .longest = 2}), "a list of 1 to 2 items");
    EXPECT_EQ(list_text({.shortest = 1, .longest = 1}), "a list of 1 item");
}

}  // namespace
}  // namespace graft
