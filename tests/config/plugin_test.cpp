/// Things that a config names, as values.
#include <gmock/gmock.h>

#include "config/sample_options.hpp"

namespace graft::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Motor steam(const std::string& fuel) {
    Motor motor = motors().find("steam")->make();
    EXPECT_THAT(read_options({{"boilers", 1}, {"fuel", fuel}}, [&](Fields& fields) { motor.describe(fields); }),
                IsEmpty());
    return motor;
}

TEST(Plugin, HasTheNameOfItsRow) {
    for (const MotorRow& row : motors()) EXPECT_EQ(row.make().name(), row.name);
}

TEST(Plugin, IsNothingUntilOneIsChosen) {
    const Motor motor;
    EXPECT_FALSE(motor);
    EXPECT_EQ(motor.name(), "");
    EXPECT_THAT(motor.contradictions(), IsEmpty());
}

TEST(Plugin, IsBuiltFromItsOptionsAndTheContext) { EXPECT_EQ(steam("peat").build(2), "1 boilers of peat"); }

TEST(Plugin, HasCopiesThatDoNotShareOptions) {
    const Motor coal = steam("coal");
    Motor copy = coal, assigned;
    assigned = coal;
    for (Motor* motor : {&copy, &assigned}) {
        ASSERT_THAT(read_options({{"boilers", 7}}, [&](Fields& fields) { motor->describe(fields); }), IsEmpty());
        EXPECT_EQ(motor->build(1), "7 boilers of coal");
    }
    EXPECT_EQ(coal.build(1), "1 boilers of coal");
}

TEST(Plugin, SaysWhichOptionsContradictEachOther) {
    EXPECT_THAT(steam("water").contradictions(), ElementsAre("/fuel: water does not burn"));
    EXPECT_THAT(steam("coal").contradictions(), IsEmpty());
    EXPECT_THAT(motors().find("sail")->make().contradictions(), IsEmpty());
}

}  // namespace
}  // namespace graft::testing
