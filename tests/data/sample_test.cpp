#include "data/sample.hpp"

#include <gmock/gmock.h>

#include <cmath>

namespace graft {
namespace {

using ::testing::ElementsAre;

TEST(Sample, IsCountedUnderItsClass) {
    const std::vector<Sample> samples = {{.label = 2}, {.label = 0}, {.label = 2}};
    EXPECT_THAT(count_per_class(samples, 4), ElementsAre(1, 0, 2, 0));
    EXPECT_THAT(absent_classes(samples, 4), ElementsAre(1, 3));
    EXPECT_THAT(absent_classes(samples, std::vector<std::string>{"a", "b", "c", "d"}), ElementsAre("b", "d"));
}

TEST(Sample, IsCountedUnderEveryLabelThatItHasAndNoneThatIsUnknown) {
    const std::vector<Sample> samples = {{.values = {1, 0, 1}}, {.values = {1, NAN, 0}}};
    EXPECT_THAT(count_per_class(samples, 3), ElementsAre(2, 0, 1));
}

}  // namespace
}  // namespace graft
