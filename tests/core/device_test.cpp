#include "core/device.hpp"

#include <gtest/gtest.h>

#include "error_message.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

TEST(Device, HasANameThatReadsBack) {
    for (const char* name : {"cpu", "cuda", "cuda:1", "cuda:12"})
        EXPECT_EQ(text_of(device_named(name, "--device")), name);
    EXPECT_EQ(text_of(device_named("cuda:0", "--device")), "cuda");
}

TEST(Device, RefusesOtherNames) {
    for (const char* name : {"", "gpu", "CPU", "cuda:", "cuda:x", "cuda:-1", "cuda:1x", "cpu:1"})
        EXPECT_EQ(testing::error_message<ConfigError>([&] { (void)device_named(name, "/device"); }),
                  std::string("/device: expected cpu, cuda or cuda:<number>, got \"") + name + "\"");
}

}  // namespace
}  // namespace graft
