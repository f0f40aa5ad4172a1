#include "data/sample.hpp"

#include <gmock/gmock.h>

#include <cmath>

namespace graft {
namespace {

using ::testing::ElementsAre;

TEST(Sample, IsCountedUnderItsClass) {
    const std::vector<Sample> samples = {{.label = 2}, {.label = 0}, {.label = 2}};
    EXPECT_THAT(count_per_class(samples, 4), ElementsAre(1, 0, 2, 0));
}

TEST(Sample, IsCountedUnderEveryLabelThatItHasAndNoneThatIsUnknown) {
    const std::vector<Sample> samples = {{.values = {1, 0, 1}}, {.values = {1, NAN, 0}}};
    EXPECT_THAT(count_per_class(samples, 3), ElementsAre(2, 0, 1));
}

}  // namespace
}  // namespace graft
