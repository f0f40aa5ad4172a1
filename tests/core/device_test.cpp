#include "core/device.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

TEST(Device, HasANameThatReadsBack) {
    for (const char* name : {"cpu", "cuda", "cuda:1", "cuda:12"})
        EXPECT_EQ(text_of(device_named(name, "--device").value()), name);
    EXPECT_EQ(text_of(device_named("cuda:0", "--device").value()), "cuda");
}

TEST(Device, MayBeLeftOpen) { EXPECT_EQ(device_named("auto", "--device"), std::nullopt); }

TEST(Device, RefusesOtherNames) {
    for (const char* name : {"", "gpu", "CPU", "cuda:", "cuda:x", "cuda:-1", "cuda:1x", "cpu:1"})
        EXPECT_EQ(testing::error_message<ConfigError>([&] { (void)device_named(name, "/device"); }),
                  std::string("/device: expected auto, cpu, cuda or cuda:<number>, got \"") + name + "\"");
}

TEST(GpuNames, AreWhatTheDriverSays) {
    const testing::TemporaryFolder driver;
    const auto add = [&](const std::string& place, const std::string& information) {
        std::filesystem::create_directories(driver.path() / place);
        std::ofstream(driver.path() / place / "information") << information;
    };
    add("0000:41:00.0", "Model: \t\t NVIDIA A100-SXM4-80GB\nIRQ:   \t\t 42\nGPU UUID: \t GPU-1\n");
    add("0000:01:00.0", "Model: \t\t NVIDIA T4\nBus Type: \t PCIe\n");
    add("0000:81:00.0", "Model:\n");
    EXPECT_EQ(gpu_names(driver.path()), (std::vector<std::string>{"NVIDIA T4", "NVIDIA A100-SXM4-80GB"}));
    EXPECT_EQ(gpu_names(driver.path() / "none"), std::vector<std::string>());
}

}  // namespace
}  // namespace graft
